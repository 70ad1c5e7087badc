import type { Messages } from "../en.ts";

export const sealedColumns = {
  title: "Colonnes scellées",
  intro: "Les colonnes de votre application qui sont gardées chiffrées, et où en est chacune.",
  none: {
    title: "Aucune colonne scellée",
    body: "Une migration de votre application les déclare dans le commentaire d’une colonne ; voir le guide des colonnes scellées.",
  },
  column: "Colonne",
  stage: "Étape",
  stages: { declared: "Déclarée", readable: "Lisible", sealing: "En cours", sealed: "Scellée" },
  stageMeaning: {
    declared: "Toutes les valeurs sont encore en clair.",
    readable: "Les valeurs se lisent en clair ou scellées, et s’écrivent encore en clair.",
    sealing: "Les nouvelles valeurs sont scellées ; les anciennes suivent en arrière-plan.",
    sealed: "Il ne reste aucune valeur en clair, et aucune n’est admise.",
  },
  places: "Emplacements scellés",
  placesOf: (sealed: string, all: string) => `${sealed} sur ${all}`,
  since: "Depuis",
  sealedValues: "Valeurs scellées",
  plainValues: "Valeurs en clair",
} satisfies Messages["sealedColumns"];
