import type { Messages } from "../en.ts";
import { pluralizer } from "../plural.ts";

const n = pluralizer("fr");

export const isolation = {
  title: "Isolation",
  run: "Lancer la preuve",
  running: "Une preuve est en cours.",
  started: "La preuve a commencé.",
  intro:
    "La preuve place des lignes marquées chez un locataire et tente de les atteindre en tant qu’un autre, par toutes les voies qu’elle connaît. Vous pouvez la lancer à tout moment, sans risque.",
  proofs: "Preuves",
  proof: "Preuve",
  scope: "Portée",
  sample: "Un échantillon de chaque niveau",
  statuses: { running: "En cours", held: "Tenue", crossed: "Franchie", failed: "Échec" },
  statusMeaning: {
    running: "Les tentatives sont en cours.",
    held: "Aucune tentative n’a atteint les données d’un autre locataire.",
    crossed:
      "Au moins une tentative a atteint les données d’un autre locataire. Traitez-le comme un incident.",
    failed: "La preuve elle-même s’est interrompue : elle ne prouve rien.",
  },
  tried: "Tentatives",
  refused: "Refusées",
  nothing: "Sans résultat",
  crossed: "Franchies",
  none: {
    title: "Aucune preuve pour l’instant",
    body: "Lancez-en une pour voir ce qui a été tenté et ce qui a tenu.",
  },
  counts: (tried) => n(tried, "tentative", "tentatives"),
  outcomes: {
    refused: "Refusée",
    nothing: "Sans résultat",
    crossed: "Franchie",
    not_applicable: "Sans objet",
  },
  outcomesInText: {
    refused: (count) => (count < 2 ? "refusée" : "refusées"),
    nothing: () => "sans résultat",
    crossed: (count) => (count < 2 ? "franchie" : "franchies"),
    not_applicable: () => "sans objet",
  },
  summary: (tried, refused, nothing, crossed) =>
    `${n(tried, "tentative", "tentatives")} : ${n(refused, "refusée", "refusées")}, ${nothing} sans résultat, ${n(crossed, "franchie", "franchies")}`,
  code: "Code",
  outcomeMeaning: {
    refused: "La base de données ou le serveur a dit non.",
    nothing: "Elle a pu regarder, et n’a vu aucune ligne étrangère.",
    crossed: "Elle a atteint les données d’un autre locataire.",
    not_applicable: "Cette voie n’existe pas ici.",
  },
  byWay: "Par voie et par niveau",
  way: "Voie",
  noAttempt: "Non tentée",
  attempts: "Tentatives",
  target: "Cible",
  outcome: "Issue",
  detail: "Détail",
  attacker: "Attaquant",
  victim: "Victime",
  anyOutcome: "Toutes les issues",
  anyWay: "Toutes les voies",
  showing: (shown, total) => `Les ${shown} premières sur ${total}. Filtrez pour voir les autres.`,
  wallsTitle: "Ce qui protège un locataire",
  wallsOf: "Barrières de ce locataire",
  wall: "Barrière",
  meaning: "Son rôle",
  noWalls: "Le serveur n’a nommé aucune barrière pour ce locataire.",
  holds: "Tient",
  broken: "Rompue",
  found: "Constat",
  lastProof: "Dernière preuve",
  noProofOfTenant: "Aucune preuve pour ce locataire.",
  notActive: (status) =>
    `Seul un locataire actif peut être mis à l’épreuve ; celui-ci est dans l’état « ${status} ».`,
  walls: {
    seat: {
      name: "Siège",
      meaning:
        "Chaque instruction doit présenter le locataire avec un jeton secret. Du SQL injecté dans la requête d’un locataire ne connaît le jeton d’aucun autre.",
    },
    guard: {
      name: "Garde",
      meaning:
        "Chaque table porte une règle de lignes restrictive. Les règles écrites par l’application peuvent la resserrer, jamais l’élargir.",
    },
    forced: {
      name: "Contrainte",
      meaning: "La sécurité au niveau des lignes s’impose aussi au propriétaire des tables.",
    },
    privileges: {
      name: "Privilèges",
      meaning:
        "Le rôle de connexion ne possède rien et ne peut ni contourner la sécurité au niveau des lignes, ni créer d’objets, ni vider une table, ni poser de déclencheur.",
    },
    search_path: {
      name: "Chemin de recherche",
      meaning: "Les noms ne désignent que des objets du schéma de ce locataire.",
    },
    place: {
      name: "Emplacement",
      meaning: "Chaque table de cet emplacement n’admet que les lignes de ce seul locataire.",
    },
    database: {
      name: "Base de données",
      meaning:
        "Les connexions du locataire mènent à sa propre base, et personne d’autre ne peut s’y connecter.",
    },
    role: {
      name: "Rôle",
      meaning: "Les instructions s’exécutent sous un rôle qui ne voit l’emplacement d’aucun autre locataire.",
    },
    cache: { name: "Cache", meaning: "Les clés du cache sont liées au locataire et à son époque." },
    storage: {
      name: "Stockage",
      meaning: "Les chemins de fichiers sont liés au locataire ; ceux qui mènent ailleurs sont refusés.",
    },
  } as Record<string, { name: string; meaning: string }>,
  ways: {
    select: "Lire des lignes",
    insert: "Insérer des lignes pour un autre locataire",
    update: "Modifier des lignes",
    delete: "Supprimer des lignes",
    upsert: "Insérer ou modifier en cas de conflit",
    copy: "Copier une table",
    truncate: "Vider une table",
    foreign_key: "Référencer la ligne d’un autre locataire",
    sequence: "Lire ou régler une séquence",
    view: "Regarder à travers une vue",
    function: "Appeler une fonction",
    set_role: "Prendre un autre rôle",
    set_config: "Falsifier le contexte du locataire",
    prepared: "Réutiliser une instruction préparée",
    cursor: "Garder un curseur ouvert",
    temp: "Créer des objets temporaires",
    cache: "Lire le cache",
    storage: "Lire des fichiers stockés",
    api: "Appeler l’API sous un autre locataire",
  } as Record<string, string>,
} satisfies Messages["isolation"];
