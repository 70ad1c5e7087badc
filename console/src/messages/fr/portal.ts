import type { Messages } from "../en.ts";

export const portal = {
  rooms: {
    members: "Membres",
    overview: "Vue d’ensemble",
    access: "Rôles",
    keys: "Chiffrement",
    policies: "Règles",
    security: "Sécurité",
    audit: "Journal d’audit",
    sso: "Authentification unique",
    scim: "Provisionnement",
    integrations: "Intégrations",
  },
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
  door: {
    mfaTitle: (tenant) => `${tenant} demande un second facteur`,
    mfaNone:
      "Vous n’en avez pas encore. Ajoutez une clé d’accès ou une application d’authentification à votre compte, puis revenez. Si votre organisation vous a connecté, faites-vous d’abord envoyer un lien : votre façon de vous connecter vous appartient.",
    mfaAdd: "Ajouter un second facteur",
    ssoTitle: (tenant) => `${tenant} vous connecte lui-même`,
    ssoBody: "Il s’ouvre à ceux qui se connectent par son fournisseur d’identité.",
    ssoOther:
      "Votre session vient du fournisseur d’identité d’un autre locataire, dont la parole ne compte pas ici. Connectez-vous par celui-ci, ou déconnectez-vous et connectez-vous sans.",
    ssoNone: "Votre adresse ne mène à aucun fournisseur d’identité. Demandez à un propriétaire du locataire.",
    account: "Aller à votre compte",
  },
  notMember: {
    title: "Rien ici pour vous",
    body: "Ce locataire n’existe pas, ou vous n’en êtes pas membre. Demandez une invitation à l’un de ses propriétaires.",
    action: "Aller à votre compte",
  },
} satisfies Messages["portal"];
