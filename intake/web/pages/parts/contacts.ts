/** The other ways to report that an office names, in the language of a page. */

/**
 * Returns those for a language: its own, `ru=…`, without the mark, and those that have none.
 *
 * `languages` are the tags of all languages that there are: nothing else is a mark. Where all contacts are for
 * other languages, they are better than nothing: all are returned.
 */
export function contactsIn(
  contacts: readonly string[],
  language: string,
  languages: readonly string[],
): string[] {
  const marked = contacts.map((contact) => {
    const tag = languages.find((one) => contact.startsWith(one + "="));
    return { tag, text: tag ? contact.slice(tag.length + 1).trimStart() : contact };
  });
  const own = marked.filter(({ tag }) => !tag || tag === language);
  return (own.length > 0 ? own : marked).map(({ text }) => text);
}
