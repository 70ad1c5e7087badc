import type { Locale } from "./principal.ts";

/** The reader's zone is not known, so it is named. */
export function moment(locale: Locale, at: Date): string {
  const format = new Intl.DateTimeFormat(locale === "fr" ? "fr-FR" : "en-GB", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return `${format.format(at)} UTC`;
}
