/**
 * The URL of a text; undefined for what is none. Not by URL.canParse: it takes hosts of thousands of labels, of which the
 * URL itself then cannot be made.
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
