import type { Messages } from "../en.ts";
import { pluralizer } from "../plural.ts";

const n = pluralizer("fr");

export const migrations = {
  title: "Migrations",
  tabs: { versions: "Versions", runs: "Exécutions", drift: "Dérive" },
  migrate: "Migrer le parc",
  version: "Version",
  name: "Nom",
  checksum: "Empreinte",
  applied: "Appliquées",
  pending: "En attente",
  failed: "Échecs",
  places: "Emplacements",
  placesMeaning: "Un emplacement est une base de données ou un schéma qui abrite des locataires.",
  none: {
    title: "Aucune migration pour l’instant",
    body: "Placez des fichiers SQL numérotés dans le dossier de migrations de votre application. Écrivez-les pour un seul locataire ; ils sont rendus sûrs pour plusieurs au moment de leur application.",
  },
  upToDate: "Tous les emplacements sont à jour.",
  behind: (count) =>
    `${n(count, "migration n’est pas appliquée", "migrations ne sont pas appliquées")} partout.`,
  runs: {
    none: {
      title: "Aucune exécution pour l’instant",
      body: "Une exécution amène tous les emplacements à la version la plus récente : une première vague, puis le reste.",
    },
    one: "Exécution",
    to: (version) => `Vers la version ${version}`,
    wave: "Vague",
    waves: { canary: "Première vague", fleet: "Parc" },
    progress: "Avancement",
    progressOf: (done, total) => `${done} sur ${total}`,
    statuses: { running: "En cours", done: "Terminée", stopped: "Arrêtée", failed: "Échec" },
    statusMeaning: {
      running: "Les emplacements sont migrés, chacun dans sa transaction.",
      done: "Tous les emplacements sont à cette version.",
      stopped:
        "Arrêtée avant la fin. Les emplacements migrés le restent ; une nouvelle exécution reprendra les autres.",
      failed:
        "Plus d’emplacements ont échoué que le budget d’erreurs ne le permet : l’exécution s’est arrêtée.",
    },
    stop: "Arrêter l’exécution",
    stopping: "Les emplacements en cours se terminent, puis l’exécution s’arrête.",
    notRunning: "L’exécution est terminée.",
    errors: "Erreurs",
    errorsFirst: "Les 20 premières.",
    noErrors: "Aucune erreur.",
    place: "Emplacement",
    message: "Message",
  },
  start: {
    title: "Migrer le parc",
    canary: "Emplacements de la première vague",
    canaryHint: "Vide : 1 % d’entre eux, au moins 1.",
    budget: "Budget d’erreurs",
    budgetHint: "Nombre d’emplacements qui peuvent échouer avant l’arrêt.",
    dryRun: "Essayer sans rien modifier",
    run: "Lancer l’exécution",
    dryFirst: "Essayez d’abord sans rien modifier.",
    nothingToDo: "Rien à faire : tous les emplacements sont à jour.",
    would: (places, version) =>
      `${n(places, "emplacement passerait", "emplacements passeraient")} à la version ${version}. Rien n’a été modifié.`,
    wouldFail: (count) => `${n(count, "emplacement échouerait", "emplacements échoueraient")} :`,
    started: "L’exécution a commencé.",
  },
  drift: {
    intro:
      "Chaque emplacement est comparé à la référence, colonne par colonne. Une différence signifie que quelqu’un l’a modifié à la main.",
    checked: (count, when) => `${n(count, "emplacement comparé", "emplacements comparés")} ${when}`,
    expected: "Référence",
    clean: { title: "Aucune dérive", body: "Tous les emplacements sont conformes à la référence." },
    noPlaces: {
      title: "Rien à comparer pour l’instant",
      body: "Aucun emplacement n’a de migration appliquée.",
    },
    place: "Emplacement",
    tenant: "Locataire",
    hash: "Constatée",
    differences: "Différences",
    again: "Comparer de nouveau",
  },
} satisfies Messages["migrations"];

export const cells = {
  title: "Cellules",
  cell: "Cellule",
  engine: "Moteur",
  status: "État",
  statuses: { open: "Ouverte", closed: "Fermée", unreachable: "Injoignable" },
  statusMeaning: {
    open: "Accueille de nouveaux locataires.",
    closed: "Sert les locataires qu’elle a, n’en accueille plus.",
    unreachable: "Ne répond pas.",
  },
  tenantsAt: (level) => `Locataires, isolation : ${level}`,
  connections: "Connexions",
  used: (used, max) => `${used} sur ${max}`,
  warm: { schema: "Schémas prêts", database: "Bases prêtes" },
  warmMeaning:
    "Préparés d’avance, pour que la création d’un locataire soit instantanée : ceux qui sont prêts, et combien sont tenus en réserve.",
  size: "Taille",
  showTenants: (cell) => `Locataires de ${cell}`,
  none: {
    title: "Aucune cellule",
    body: "Une cellule est une grappe PostgreSQL qui abrite des locataires. Le serveur crée la première à son démarrage.",
  },
} satisfies Messages["cells"];

export const activity = {
  title: "Activité",
  at: "Heure",
  action: "Action",
  actor: "Auteur",
  tenant: "Locataire",
  detail: "Détail",
  request: "Requête",
  requestId: "ID de la requête",
  apply: "Appliquer",
  filterAction: "Action",
  filterActor: "Auteur",
  filterTenant: "ID du locataire",
  actionPlaceholder: "tenant.suspended",
  actorPlaceholder: "operator:…",
  none: {
    title: "Aucun événement pour l’instant",
    body: "Chaque modification est consignée ici : qui a fait quoi, sur quel locataire, dans quelle requête.",
  },
} satisfies Messages["activity"];

export const apiKeys = {
  title: "Clés d’API",
  create: "Créer une clé d’API",
  name: "Nom",
  prefix: "Commence par",
  lastUsed: "Dernier usage",
  never: "Jamais",
  expires: "Expiration",
  revoke: "Révoquer",
  revokeNamed: (name) => `Révoquer ${name}`,
  revokeTitle: (name) => `Révoquer la clé d’API ${name}`,
  revokeEffect:
    "En moins d’une seconde, toute requête munie de cette clé est refusée. C’est irréversible ; vous pourrez créer une autre clé.",
  revoked: (name) => `La clé d’API ${name} est révoquée.`,
  none: {
    title: "Aucune clé d’API pour l’instant",
    body: "Une clé permet à un programme ou à un script d’appeler l’API comme vous le faites ici.",
  },
  nameHint: "Ce qui l’utilise, ou qui, par exemple « export de facturation ».",
  days: "Expire dans (jours)",
  daysHint: "De 1 à 3 650. Vide : elle n’expire pas.",
  nameMissing: "Donnez d’abord un nom à la clé.",
  shownOnce:
    "Copiez la clé maintenant. Seule son empreinte est conservée : elle ne pourra plus être affichée.",
  key: "Clé d’API",
  done: "Je l’ai copiée",
  tryIt: "Essayer",
} satisfies Messages["apiKeys"];
