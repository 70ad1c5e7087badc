// A file of its own, not an inline script: the content security policy allows scripts from this origin only.
// It runs before the first paint, so that a dark console never flashes white.
(() => {
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const theme = read("tenancy.theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const isDark = theme === "dark" || (theme !== "light" && prefersDark);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
  const locale = read("tenancy.locale");
  if (locale) document.documentElement.lang = locale;
})();
