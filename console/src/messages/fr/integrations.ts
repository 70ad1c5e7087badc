import type { Messages } from "../en.ts";

export const integrations = {
  title: "Intégrations",
  intro:
    "Comptes de services extérieurs que l’application de ce locataire peut utiliser. Leurs jetons sont scellés par la clé du locataire, renouvelés avant leur fin, et montrés nulle part.",
  connected: "Comptes connectés",
  none: {
    title: "Rien de connecté",
    body: "Choisissez un service ci-dessous ; il vous demande ce que vous autorisez.",
  },
  available: "Services",
  noneAvailable: {
    title: "Aucun service ne peut être connecté ici",
    body: "Qui exploite la plateforme enregistre un client auprès d’un service et le nomme dans `integrations` de tenancy.config.ts.",
  },
  connect: "Connecter",
  connectNamed: (service) => `Connecter ${service}`,
  again: "Reconnecter",
  againNamed: (account) => `Reconnecter ${account}`,
  account: "Compte",
  statuses: { connected: "Connecté", expired: "Terminé" },
  failing: "Renouvellement en échec",
  statusMeaning: {
    connected: "Son jeton est renouvelé avant sa fin.",
    expired: "Le service ne le renouvelle plus.",
  },
  expiredCure: "Le service ne le renouvelle plus. Reconnectez le compte.",
  failingCure:
    "Le service n’a pas pu être interrogé. Un nouvel essai se fait de lui-même ; voyez le service si cela dure.",
  renewed: "Renouvelé",
  ends: "Fin du jeton",
  endsNever: "Non dite",
  allows: "Autorise",
  allowsDefault: "L’habituel",
  disconnect: "Déconnecter",
  disconnectNamed: (account) => `Déconnecter ${account}`,
  disconnectTitle: (account, service) => `Déconnecter ${account} de ${service}`,
  disconnectEffect:
    "L’application ne peut plus utiliser le compte. Ses jetons prennent fin auprès du service, là où c’est possible, et disparaissent ici dans tous les cas.",
  disconnected: (account) => `${account} est déconnecté.`,
  done: (account) => `${account} est connecté.`,
  finish: {
    title: "Connexion du compte",
    busy: "Demande des jetons au service…",
    failed: "Le compte n’a pas été connecté",
    back: "Retour aux intégrations",
    missing: "L’adresse ne contient pas de réponse d’un service, ou cet onglet n’a rien commencé.",
    account: "Aller à votre compte",
  },
} satisfies Messages["integrations"];
