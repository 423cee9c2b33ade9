/** What the builder of the site puts in front of a page's program, for the English page. */

Object.assign(globalThis, {
  LANGUAGE: "en",
  LOCALE: "en-GB",
  _: (message: string): string => message,
  ngettext: (one: string, other: string, n: number): string => (n === 1 ? one : other),
});
