import { pluralizer } from "../plural.ts";

const n = pluralizer("en");

export const vaults = {
  title: "Vaults",
  intro:
    "What members seal in their browsers and apps for each other. This server keeps it and cannot open it: it sees names, holders and sizes.",
  none: { title: "No vaults", body: "Members make them with your app; see the guide on vaults." },
  name: "Name",
  holders: "Opened by",
  values: "Values",
  changed: "Changed",
  sealed: "Sealed for its holders",
  stale: (count: number) => `${n(count, "value", "values")} to seal anew`,
  staleMeaning:
    "Somebody who left may know the key of these values. The next holder who opens the vault seals them anew.",
  recovery: (needed: number, holders: number) =>
    `Whoever loses their key comes back when ${needed} of ${n(holders, "administrator", "administrators")} give their share, in your app.`,
  noRecovery:
    "No recovery is set up: what only one person opens is lost with that person’s key. An administrator sets it up in your app.",
  asks: (email: string, given: number, needed: number) =>
    `${email} asks for the recovery key: ${given} of ${needed} shares are given. The request ends`,
  delete: "Delete",
  deleteNamed: (name: string) => `Delete the vault ${name}`,
  deleteTitle: (name: string) => `Delete the vault ${name}`,
  deleteEffect: (count: number) =>
    `${n(count, "value", "values")} and all copies of its key here are gone at once, for every holder. Nobody can bring them back.`,
  deleted: (name: string) => `The vault ${name} is deleted.`,
};
