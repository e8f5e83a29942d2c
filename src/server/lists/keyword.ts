/** Whether one of the texts holds the keyword, in upper or lower case. No keyword, or an empty one, is held by all. */
export function holdsKeyword(keyword: string | undefined, texts: readonly string[]): boolean {
  const sought = keyword?.trim().toLowerCase() ?? '';
  return sought === '' || texts.some((text) => text.toLowerCase().includes(sought));
}
