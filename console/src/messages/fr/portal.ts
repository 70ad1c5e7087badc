import type { Messages } from "../en.ts";

export const portal = {
  rooms: { members: "Membres", overview: "Vue d’ensemble", access: "Rôles", keys: "Chiffrement" },
  in: (tenant) => `Dans ${tenant}`,
  switch: "Changer de locataire",
  switchFrom: (tenant) => `${tenant}, changer de locataire`,
  about: "Ce locataire",
  domains: "Domaines",
  users: "Utilisateurs au plus",
  storage: "Stockage au plus (Go)",
  mine: "Ce que vous pouvez faire ici",
  mineHint:
    "Demandé à l’instant aux règles du locataire ; cela peut changer avec l’heure, le lieu et le second facteur.",
  roles: "Vos rôles",
  notMember: {
    title: "Rien ici pour vous",
    body: "Ce locataire n’existe pas, ou vous n’en êtes pas membre. Demandez une invitation à l’un de ses propriétaires.",
    action: "Aller à votre compte",
  },
} satisfies Messages["portal"];
