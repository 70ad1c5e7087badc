import type { Messages } from "../en.ts";
import { pluralizer } from "../plural.ts";

const n = pluralizer("fr");

export const scim = {
  title: "Provisionnement",
  intro:
    "Votre annuaire crée, modifie et désactive des membres par SCIM : personne n’attend une première connexion, et qui part est aussitôt dehors. Il parle pour vos domaines e-mail prouvés, et pour ceux qui sont déjà membres.",
  setUp: "Connecter votre annuaire",
  directory: "Annuaire",
  directories: { entra: "Microsoft Entra ID", okta: "Okta", other: "Un autre annuaire" },
  baseUrl: "Adresse SCIM",
  guides: {
    entra: [
      "Ouvrez *Enterprise applications*, votre application, *Provisioning*, et choisissez *Automatic*. Comme *Tenant URL*, saisissez {baseUrl}",
      "Comme *Secret Token*, saisissez un jeton créé plus bas, puis *Test Connection*, et enregistrez.",
      "Sous *Users and groups*, affectez ceux qu’il doit amener, et activez *Provisioning Status*. Entra écrit les changements toutes les 40 minutes.",
    ],
    okta: [
      "Dans l’onglet *General* de votre application, activez *SCIM provisioning*. Dans l’onglet *Provisioning*, *Integration*, saisissez comme *SCIM connector base URL* {baseUrl}",
      "Comme *Unique identifier field for users*, saisissez `userName`. Cochez l’import, l’envoi des nouveaux utilisateurs, des profils et des groupes.",
      "Choisissez *HTTP Header* et saisissez comme *Authorization* un jeton créé plus bas. Sous *To App*, activez création, modification et désactivation.",
      "Envoyez des groupes sous *Push Groups* : leurs noms sont ceux qui donnent des rôles ici.",
    ],
    other: [
      "Il parle SCIM 2.0 (RFC 7643 et 7644) : Users, Groups, PATCH, filtres, pages et ETags. Son adresse est {baseUrl}",
      "Il envoie un jeton créé plus bas comme `Authorization: Bearer`.",
    ],
  } as Record<"entra" | "okta" | "other", string[]>,
  tokens: "Jetons",
  tokensIntro:
    "Chacun ne vaut que pour ce locataire. Pour en changer, créez-en un second, saisissez-le, et révoquez le premier.",
  noTokens: { title: "Aucun jeton", body: "Créez-en un, et saisissez-le dans votre annuaire." },
  make: "Créer un jeton",
  name: "Nom",
  nameHint: "Quel annuaire le détient.",
  nameMissing: "Donnez-lui d’abord un nom.",
  days: "Jours avant sa fin",
  daysHint: "Vide : jusqu’à sa révocation.",
  shownOnce: "Le jeton n’est montré que cette fois. Saisissez-le maintenant dans votre annuaire.",
  token: "Jeton",
  done: "Je l’ai saisi",
  lastUsed: "Dernier usage",
  neverUsed: "Jamais",
  ends: "Fin",
  endsNever: "À la révocation",
  revoke: "Révoquer",
  revokeNamed: (name) => `Révoquer le jeton ${name}`,
  revokeEffect: "L’annuaire est refusé dès sa prochaine requête. Ce qu’il a amené reste en l’état.",
  revoked: (name) => `Le jeton ${name} est révoqué.`,
  events: "Ce qu’il a fait",
  eventsNamed: (name) => `Ce qu’il a fait : ${name}`,
  brought: "Ce que l’annuaire a amené",
  counts: (users, active, groups) =>
    `${n(users, "utilisateur", "utilisateurs")}, ${n(active, "actif", "actifs")} · ${n(groups, "groupe", "groupes")}`,
  nothing: {
    title: "Rien encore",
    body: "Ce que votre annuaire amène se voit ici : ses groupes, ce qu’ils donnent, et les derniers changements.",
  },
  groups: "Groupes",
  group: "Groupe",
  users: "Utilisateurs",
  roles: "Donne ici",
  noRoles: "Aucun rôle",
  noGroups: "Il n’a amené aucun groupe.",
  rolesHint: "Dites ce que donnent les groupes sous l’authentification unique.",
  lastChanged: "Derniers changements",
  user: "Utilisateur",
  active: "Actif",
  inactive: "Désactivé",
  changed: "Modifié",
} satisfies Messages["scim"];
