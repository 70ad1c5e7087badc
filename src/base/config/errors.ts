import { defineErrors } from "../errors.ts";

export const { table: configErrors, error: configError } = defineErrors({
  "config.invalid": {
    status: 500,
    sentence: "The configuration has {count}:\n{list}",
    cure: "Correct the named settings; docs/reference/config.md lists all of them.",
  },
  "config.unreadable": {
    status: 500,
    sentence: "The configuration file {place} cannot be read: {reason}.",
    cure: "Correct the file; it is an ES module whose default export is defineConfig({ … }).",
  },
});
