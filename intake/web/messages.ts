/** Messages with places to fill in, and things written the way the page's language writes them. */

/** Returns the message with each `{name}` replaced by its value. */
export function fill(message: string, values: Readonly<Record<string, string | number>>): string {
  return message.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** 31 December 9999. Days come from strangers too, and dates beyond what the engine knows throw. */
const LAST_DAY = 2_932_896;

/** Returns a day (a count since 1970-01-01, UTC) written out: 26 November 2026. */
export function writtenDay(day: number): string {
  const parts = new Intl.DateTimeFormat(LOCALE, {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).formatToParts(Math.min(day, LAST_DAY) * 86_400_000);
  // Some languages end a date with an abbreviation and its full stop, which no sentence can go on after.
  if (parts[parts.length - 1]?.type === "literal") parts.pop();
  return parts.map((part) => part.value).join("");
}

/** Returns a number as the language writes it, with one place after the point where it is below ten. */
export function writtenNumber(value: number): string {
  return value.toLocaleString(LOCALE, { maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** Returns a size in bytes, kilobytes, megabytes or gigabytes. */
export function writtenSize(bytes: number): string {
  if (bytes < 1000) return fill(ngettext("{n} byte", "{n} bytes", bytes), { n: bytes });
  if (bytes < 1_000_000) return fill(_("{n} KB"), { n: writtenNumber(bytes / 1000) });
  if (bytes < 1_000_000_000) return fill(_("{n} MB"), { n: writtenNumber(bytes / 1_000_000) });
  return fill(_("{n} GB"), { n: writtenNumber(bytes / 1_000_000_000) });
}

/** Less work than this is done before it could be read. */
const WORK_SHOWN = 100_000;

/** Says, behind other words, how far the work is that an office asks for; nothing where it is short. */
export function workWords(tried: number, of: number): string {
  if (of < WORK_SHOWN) return "";
  const tries = { tried: writtenNumber(tried), total: writtenNumber(of) };
  const words = _("The office asks for work against floods first: {tried} of about {total} tries.");
  return " " + fill(words, tries);
}

/** Says that something failed on this device, in which no server had a part. */
export function cannotEncrypt(): string {
  return _(
    "This browser could not encrypt your message. Close other tabs and try again, or use another browser.",
  );
}

/** Minutes from which on a guess is told in steps of five, and from which on in hours. */
const ROUGHLY = 10;
const HOURS = 90;

/** Says how long something takes yet, no more exactly than it can be known. */
export function timeLeft(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const inHours = minutes > HOURS;
  const step = inHours ? 60 : minutes > ROUGHLY ? 5 : 1;
  const time = new Intl.NumberFormat(LOCALE, {
    style: "unit",
    unit: inHours ? "hour" : "minute",
    unitDisplay: "long",
  }).format((Math.ceil(minutes / step) * step) / (inHours ? 60 : 1));
  return fill(_("About {time} left."), { time });
}
