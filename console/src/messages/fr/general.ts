import type { Messages } from "../en.ts";
import { pluralizer } from "../plural.ts";

const n = pluralizer("fr");

export const general = {
  retry: "Réessayer",
  cancel: "Annuler",
  close: "Fermer",
  save: "Enregistrer",
  remove: "Retirer",
  copied: "Copié",
  copyNamed: (what) => `Copier : ${what}`,
  id: "ID",
  loading: "Chargement",
  none: "Aucune",
  unlimited: "Sans limite",
  clearFilters: "Effacer les filtres",
  previousPage: "Précédent",
  firstPage: "Première page",
  nextPage: "Suivant",
  pages: "Pages",
  lastPage: "C’est la dernière page.",
  alreadyFirst: "C’est la première page.",
  rowsShown: (count) => n(count, "ligne", "lignes"),
  moreRows: (count) => `${n(count, "ligne", "lignes")}, suite à la page suivante`,
  scrollable: (name) => `${name}, défile horizontalement`,
  actions: "Actions",
  requestId: "ID de la requête",
  noMatch: "Aucun résultat pour ces filtres.",
  created: "Création",
  updated: "Modification",
  started: "Début",
  finished: "Fin",
  duration: "Durée",
  status: "État",
  apiAndCli: {
    button: "API et CLI",
    title: "L’équivalent en ligne de commande ou par programme",
    cli: "Commande",
    api: "Appel d’API",
  },
} satisfies Messages["general"];
