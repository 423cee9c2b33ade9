/** The program of the offline page, which is opened from a disk and connects to nothing. */

import { watchLeaving } from "./pages/leaving.ts";
import { startOffline } from "./pages/offline_start.ts";

watchLeaving();
startOffline();
