import type { Messages } from "../en.ts";
import { pluralizer } from "../plural.ts";

const n = pluralizer("fr");

export const members = {
  title: "Membres",
  tabs: { members: "Membres", invitations: "Invitations" },
  search: "Rechercher des membres",
  searchPlaceholder: "Nom ou adresse e-mail",
  member: "Membre",
  you: "Vous",
  email: "Adresse e-mail",
  roles: "Rôles",
  joined: "Arrivée",
  statuses: { active: "Actif", suspended: "Suspendu", disabled: "Désactivé" },
  statusMeaning: {
    active: "Travaille ici.",
    suspended: "N’a plus accès ici, et garde ses rôles pour plus tard.",
    disabled: "Ne se connecte nulle part : le personnel de la plateforme a désactivé le compte.",
  },
  none: {
    title: "Pas encore de membres",
    body: "Invitez la première personne : qui accepte devient membre.",
  },
  invite: "Inviter quelqu’un",
  inviteIntro:
    "La personne reçoit un message avec un lien à usage unique. Qui l’ouvre devient membre avec ces rôles.",
  language: "Langue du message",
  emailMissing: "Saisissez d’abord une adresse e-mail.",
  rolesMissing: "Choisissez au moins un rôle.",
  invited: (email) => `${email} est invité.`,
  send: "Envoyer l’invitation",
  noInvitations: {
    title: "Aucune invitation en cours",
    body: "Une invitation acceptée ou retirée n’y figure plus.",
  },
  invitedBy: "Invité par",
  expires: "Expiration",
  expired: "Expirée",
  withdraw: "Retirer",
  withdrawNamed: (email) => `Retirer l’invitation de ${email}`,
  withdrawn: (email) => `L’invitation de ${email} est retirée.`,
  actionsOf: (name) => `Actions pour ${name}`,
  editRoles: "Changer les rôles",
  editTitle: (name) => `Changer les rôles de ${name}`,
  saved: (name) => `Les rôles de ${name} sont changés.`,
  suspend: "Suspendre",
  suspended: (name) => `${name} n’a plus accès ici.`,
  resume: "Rouvrir l’accès",
  resumed: (name) => `${name} a de nouveau accès.`,
  remove: "Retirer",
  removeTitle: (name) => `Retirer ${name}`,
  removeEffect:
    "L’accès à ce locataire cesse aussitôt, dans toutes les sessions ouvertes. Le compte lui-même demeure.",
  removed: (name) => `${name} n’est plus membre.`,
  count: (count) => n(count, "membre", "membres"),
} satisfies Messages["members"];
