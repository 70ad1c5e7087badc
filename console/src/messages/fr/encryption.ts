import type { Messages } from "../en.ts";
import { pluralizer } from "../plural.ts";

const n = pluralizer("fr");

export const encryption = {
  title: "Chiffrement",
  intro:
    "Chaque locataire a ses propres clés, une par usage. Elles sont enveloppées par la clé du locataire, et celle-ci par la clé racine, qui ne quitte jamais son dépositaire.",
  tree: "Clés",
  algorithm: "Algorithme",
  custodian: "Dépositaire",
  custodianHint: "Garde les clés d’enveloppe des locataires qui n’ont pas leur propre dépositaire.",
  keptElsewhere: "Gardées ailleurs",
  keptElsewhereHint: "Clés d’enveloppe dont le locataire apporte son propre dépositaire.",
  tenants: "Locataires avec des clés",
  dataKeys: "Clés de valeurs",
  shredded: "Locataires effacés par clé",
  shreddedHint:
    "Leurs clés sont détruites : ce qu’elles scellaient n’est plus que du bruit, dans les sauvegardes aussi.",
  rotation: "Renouvellement",
  every: "Tous les",
  days: (count) => n(count, "jour", "jours"),
  due: "En retard",
  noneDue: "Aucun",
  dueCount: (count) => n(count, "locataire", "locataires"),
  dueHint: "Leurs clés sont remplacées en arrière-plan.",
  superseded: "Anciennes clés en usage",
  supersededHint: "Elles ouvrent encore des valeurs, qui passent en arrière-plan sous la nouvelle clé.",
  oldest: "Plus ancienne clé d’enveloppe",
  noKey: "Pas encore de clé",
  keys: "Clés de chiffrement",
  keysIntro:
    "Jamais les clés elles-mêmes. Une ancienne clé est retirée dès qu’aucune valeur ne dépend plus d’elle.",
  nextRotation: "Prochain renouvellement",
  none: { title: "Pas encore de clés", body: "La première valeur scellée les fait naître." },
  purpose: "Scelle",
  wrapping: "Les autres clés",
  purposes: {
    columns: "Colonnes scellées",
    storage: "Fichiers",
    cache: "Cache",
    secrets: "Secrets",
    streams: "Flux d’audit",
    credentials: "Identifiants de connexion",
    subjects: "Clés des personnes",
    index: "Index de recherche",
  },
  number: "N°",
  values: "Valeurs",
  valuesHint: "Comptées à l’instant",
  notCounted: "Non comptées",
  ended: "Fin",
  statuses: { current: "Actuelle", superseded: "Ancienne", retired: "Retirée", destroyed: "Détruite" },
  statusMeaning: {
    current: "Scelle les nouvelles valeurs.",
    superseded: "Ouvre des valeurs, n’en scelle plus.",
    retired: "Aucune valeur ne dépend d’elle.",
    destroyed: "Disparue, avec tout ce qu’elle scellait.",
  },
  rotate: "Renouveler les clés",
  rotateTitle: (name) => `Renouveler les clés de ${name}`,
  rotateEffect:
    "Les nouvelles valeurs sont aussitôt scellées sous de nouvelles clés. Les anciennes restent lisibles et passent sous les nouvelles clés en arrière-plan. Rien ne s’arrête.",
  rotated: (name) => `Les clés de ${name} sont en cours de remplacement.`,
} satisfies Messages["encryption"];
