// Every count of days that a source keeps to as the server and the office do: SPEC 10.4.

export const DAYS_A_WEEK = 7;
export const CLOCK_GRACE_DAYS = 2;
export const KEY_DAYS = 14;
export const DIRECTORY_MAX_DAYS = 21;
export const DELEGATION_MAX_DAYS = 90;
export const POLICY_MIN_DAYS = 30;
export const POLICY_MAX_DAYS = 3650;
export const STORED_FOR_DAYS = 7;
export const PUZZLE_BEFORE_DAYS = 2;
export const PUZZLE_AHEAD_DAYS = 16;
export const SEALED_FILE_AHEAD_DAYS = 16;
