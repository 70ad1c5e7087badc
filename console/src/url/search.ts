export type SearchValues = Record<string, string>;

/** Plain names and values in the address: people read it, edit it and send it. */
export function parseSearch(text: string): SearchValues {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(values: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "string" && value !== "") search.set(name, value);
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** A value that is one of those, else nothing: a mistyped address shows the unfiltered list, not an error. */
export function oneOf<const T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((candidate) => candidate === value);
}

export function textOf(value: unknown, maxLength = 500): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, maxLength) : undefined;
}

/** Where to go after signing in: an address of this console, never of another site. */
export function localPath(value: unknown): string | undefined {
  const text = textOf(value, 2_000);
  return text?.startsWith("/") && !/^\/[/\\]/.test(text) ? text : undefined;
}
