/** The program of the page that shows replies. It is no part of the other: each page loads its own only. */

import { watchLeaving } from "./pages/leaving.ts";
import { startReplies } from "./pages/online_replies.ts";

watchLeaving();
void startReplies();
