import type { Messages } from "../en.ts";

export const grants = {
  title: "Accès temporaires",
  give: "Donner un accès temporaire",
  given: (email: string) => `${email} a cet accès dès maintenant.`,
  end: "Mettre fin",
  endNamed: (email: string) => `Mettre fin à l’accès de ${email}`,
  ended: (email: string) => `L’accès de ${email} est terminé.`,
  member: "Membre",
  holds: "Détient",
  state: "État",
  active: "En vigueur",
  scheduled: "Commence plus tard",
  until: "Jusqu’à",
  reason: "Raison",
  reasonHint: "Elle figure dans le journal d’audit.",
  minutes: "Durée, en minutes",
  choose: "Choisir",
  missing: "Choisissez un membre et un rôle, et dites pourquoi et pour combien de temps.",
  none: {
    title: "Personne ne détient d’accès temporaire",
    body: "Un rôle qui prend fin de lui-même, pour un remplacement ou un ticket. Personne ne donne plus que ce qu’il a.",
  },
} satisfies Messages["grants"];
