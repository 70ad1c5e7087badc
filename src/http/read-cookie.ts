/** Empty when there is none. By HTTPS the plain name counts for nothing: another host of the domain could have set it. */
export function readCookie(
  header: string | undefined,
  names: { readonly https: string; readonly http: string },
  isHttps: boolean,
): string {
  const pairs = (header ?? "").split(";").map((part) => part.trim());
  for (const name of isHttps ? [names.https] : [names.https, names.http]) {
    const found = pairs.find((pair) => pair.startsWith(`${name}=`));
    if (found) return found.slice(name.length + 1);
  }
  return "";
}
