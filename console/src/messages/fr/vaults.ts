import type { Messages } from "../en.ts";
import { pluralizer } from "../plural.ts";

const n = pluralizer("fr");

export const vaults = {
  title: "Coffres",
  intro:
    "Ce que des membres scellent les uns pour les autres dans leurs navigateurs et applications. Ce serveur le garde sans pouvoir l’ouvrir : il voit les noms, les détenteurs et les tailles.",
  none: {
    title: "Aucun coffre",
    body: "Les membres en créent avec votre application ; voir le guide des coffres.",
  },
  name: "Nom",
  holders: "Ouvert par",
  values: "Valeurs",
  changed: "Modifié",
  sealed: "Scellé pour ses détenteurs",
  stale: (count) => `${n(count, "valeur", "valeurs")} à resceller`,
  staleMeaning:
    "Quelqu’un qui est parti peut connaître la clé de ces valeurs. Le prochain détenteur qui ouvre le coffre les rescelle.",
  recovery: (needed, holders) =>
    `Qui perd sa clé revient quand ${needed} sur ${n(holders, "administrateur", "administrateurs")} donnent leur part, dans votre application.`,
  noRecovery:
    "Aucune récupération n’est prévue : ce qu’une seule personne ouvre est perdu avec sa clé. Un administrateur la met en place dans votre application.",
  asks: (email, given, needed) =>
    `${email} demande la clé de récupération : ${given} parts sur ${needed} sont données. La demande expire`,
  delete: "Supprimer",
  deleteNamed: (name) => `Supprimer le coffre ${name}`,
  deleteTitle: (name) => `Supprimer le coffre ${name}`,
  deleteEffect: (count) =>
    `${n(count, "valeur", "valeurs")} et toutes les copies de sa clé ici disparaissent aussitôt, pour chaque détenteur. Personne ne peut les ramener.`,
  deleted: (name) => `Le coffre ${name} est supprimé.`,
} satisfies Messages["vaults"];
