/** A part of a step of a guide: words, or an address of ours by its name. */
export type GuidePart =
  | { readonly kind: "text" | "screen" | "typed"; readonly text: string }
  | { readonly kind: "address"; readonly name: string };

/** Reads the marks of a step of a guide: `*on the screen*`, `` `typed` ``, `{address}`. */
export function readGuide(step: string): GuidePart[] {
  return step
    .split(/(\*[^*]+\*|`[^`]+`|\{\w+\})/)
    .filter((part) => part !== "")
    .map((part): GuidePart => {
      const inner = part.slice(1, -1);
      if (/^\{\w+\}$/.test(part)) return { kind: "address", name: inner };
      if (/^\*[^*]+\*$/.test(part)) return { kind: "screen", text: inner };
      if (/^`[^`]+`$/.test(part)) return { kind: "typed", text: inner };
      return { kind: "text", text: part };
    });
}
