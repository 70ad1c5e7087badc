export interface PaletteEntry {
  readonly id: string;
  readonly kind: "tenant" | "page" | "action";
  readonly label: string;
  readonly detail?: string;
  readonly run: () => void;
}

/** Those that hold every typed word somewhere, whatever case or accents: "parametre" finds "Paramètres". */
export function matchEntries<T extends { label: string }>(entries: readonly T[], text: string): T[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  return entries.filter(({ label }) => words.every((word) => fold(label).includes(word)));
}

function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}
