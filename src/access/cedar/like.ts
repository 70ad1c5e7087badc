type Pattern = readonly ("Wildcard" | { readonly Literal: string })[];

/**
 * Cedar's `like`: each wildcard stands for any text. Pieces between wildcards are found from left to right, each at
 * its first place, so the time grows with text times pattern, never exponentially. Code units will do for code
 * points: a piece of well-formed text is found in well-formed text only where its code points are.
 */
export function likeMatcher(pattern: Pattern): (text: string) => boolean {
  const pieces = [""];
  for (const element of pattern) {
    if (element === "Wildcard") pieces.push("");
    else pieces[pieces.length - 1] += element.Literal;
  }
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    const end = text.length - last.length;
    let from = first.length;
    for (const piece of rest) {
      const at = text.indexOf(piece, from);
      if (at < 0 || at + piece.length > end) return false;
      from = at + piece.length;
    }
    return true;
  };
}
