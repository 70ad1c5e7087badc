import type { Messages } from "../en.ts";

export const support = {
  title: "L’assistance chez ce locataire",
  operator: "Qui",
  reason: "Raison",
  scope: "Peut",
  state: "État",
  asked: "Demandé",
  until: "Jusqu’à",
  scopes: { read: "lire seulement", write: "lire et écrire des données" },
  states: {
    requested: "Demande",
    expired: "Sans réponse",
    declined: "Refusée",
    active: "Agit maintenant",
    over: "Échue",
    ended: "Terminée",
  },
  verbs: { consent: "Accepter", decline: "Refuser", end: "Mettre fin à la visite" },
  acting: (name: string, until: string) =>
    `${name}, de l’assistance, agit chez ce locataire jusqu’au ${until}`,
  asks: (name: string, minutes: number) =>
    `${name}, de l’assistance, demande à agir chez ce locataire pendant ${minutes} minutes`,
  why: (scope: string, reason: string) => `${scope} ; raison donnée : ${reason}`,
  none: {
    title: "L’assistance n’a encore rien demandé",
    body: "Sans l’accord d’un membre, personne de l’assistance ne lit vos données.",
  },
} satisfies Messages["support"];
