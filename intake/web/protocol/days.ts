/** Reckoning with days and weeks (SPEC 2). */

import { DAYS_A_WEEK } from "./lifetimes.ts";
import type { Day, Week } from "./names.ts";

/** The day so many days after a day; before it where `days` is negative. */
export function later(day: Day, days: number): Day {
  return (day + days) as Day;
}

/** The week in which a day lies. */
export function weekOf(day: Day): Week {
  return Math.floor(day / DAYS_A_WEEK) as Week;
}

/** The first day of a week, a Thursday. */
export function firstDay(week: Week): Day {
  return (week * DAYS_A_WEEK) as Day;
}
