/** The other ways to report that an office names, in the language of a page. */

/**
 * Returns those for a language: its own, `ru=…`, without the mark, and those that have none.
 *
 * Where all are for other languages, they are better than nothing: all are returned.
 */
export function contactsIn(contacts: readonly string[], language: string): string[] {
  const marked = contacts.map((contact) => /^(?:([a-z]{2})=\s*)?(.*)$/s.exec(contact) ?? []);
  const own = marked.filter(([, code]) => code === undefined || code === language);
  return (own.length > 0 ? own : marked).map(([, , text]) => text ?? "");
}
