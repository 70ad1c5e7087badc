export const locales = ["en", "fr"] as const;
export type Locale = (typeof locales)[number];

export function isLocale(value: unknown): value is Locale {
  return locales.some((locale) => locale === value);
}

/** The stored choice, else the first of the reader's languages that we speak, else English. */
export function chooseLocale(stored: string | null, preferred: readonly string[]): Locale {
  if (isLocale(stored)) return stored;
  return preferred.map((tag) => tag.split("-")[0]).find(isLocale) ?? "en";
}

/** British dates for a British reader: the reader's own variant of the language, where there is one. */
export function regionalLocale(locale: Locale, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.split("-")[0] === locale) ?? locale;
}
