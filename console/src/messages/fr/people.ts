import type { Messages } from "../en.ts";

export const people = {
  title: "Personnes",
  tabs: { users: "Utilisateurs", recoveries: "Retours" },
  search: "Rechercher des utilisateurs",
  searchPlaceholder: "Nom ou adresse e-mail",
  user: "Utilisateur",
  email: "Adresse e-mail",
  added: "Ajout",
  verified: "Adresse prouvée",
  notVerified: "Jamais",
  language: "Langue",
  statuses: { active: "Actif", disabled: "Désactivé" },
  statusMeaning: { active: "Se connecte.", disabled: "Ne se connecte nulle part." },
  none: {
    title: "Pas encore d’utilisateurs",
    body: "Qui accepte l’invitation d’un locataire devient utilisateur.",
  },
  about: "Cet utilisateur",
  tenant: "Locataire",
  tenants: "Locataires",
  noTenants: {
    title: "Dans aucun locataire",
    body: "Le compte existe, et aucun locataire ne le laisse entrer.",
  },
  roles: "Rôles",
  sessions: "Sessions",
  noSessions: {
    title: "Connecté nulle part",
    body: "Les sessions se terminent d’elles-mêmes quand personne ne les utilise.",
  },
  end: "Terminer",
  endNamed: (device) => `Terminer la session sur ${device}`,
  ended: (device) => `La session sur ${device} est terminée.`,
  endAll: "Terminer toutes les sessions",
  endAllTitle: (name) => `Déconnecter ${name} partout`,
  endAllEffect:
    "Toutes les sessions se terminent aussitôt, dans chaque locataire. La personne se reconnecte.",
  allEnded: (name) => `${name} est déconnecté partout.`,
  seeSessions: "Sessions",
  sessionsOf: (name) => `Sessions de ${name}`,
  disable: "Désactiver",
  disableTitle: (name) => `Désactiver ${name}`,
  disableEffect:
    "Toutes les sessions se terminent aussitôt, et la personne ne se connecte nulle part tant que le compte n’est pas réactivé.",
  disabled: (name) => `${name} est désactivé.`,
  enable: "Réactiver",
  enabled: (name) => `${name} est réactivé.`,
  recoveriesIntro:
    "Personnes qui ont perdu tous leurs seconds facteurs. Le personnel donne l’une des deux approbations ; les deux seulement si personne d’autre ne le peut dans le locataire.",
  notFound: {
    title: "Cet utilisateur n’existe pas",
    body: "L’adresse ne mène à personne.",
    action: "Voir tous les utilisateurs",
  },
} satisfies Messages["people"];
