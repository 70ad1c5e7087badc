/** "1 tenant", "1,204 tenants": the number formatted and the noun in the right form, joined so they never break. */
export function pluralizer(locale: string) {
  const rules = new Intl.PluralRules(locale);
  const format = new Intl.NumberFormat(locale);
  return (count: number, one: string, other: string) =>
    `${format.format(count)}\u00a0${rules.select(count) === "one" ? one : other}`;
}
