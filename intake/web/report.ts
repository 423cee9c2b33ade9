/** The program of the page that takes a report. */

import { watchLeaving } from "./pages/leaving.ts";
import { startReport } from "./pages/online_report.ts";

watchLeaving();
void startReport();
