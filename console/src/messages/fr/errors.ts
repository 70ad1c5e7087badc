import type { Messages } from "../en.ts";

export const errors = {
  local: {
    "console.unreachable": {
      title: "Le serveur est injoignable.",
      cure: "Vérifiez qu’il fonctionne et que votre réseau l’atteint, puis réessayez.",
    },
    "console.unexpected_answer": {
      title: "Le serveur a donné une réponse que la console ne comprend pas.",
      cure: "Réessayez. Si cela persiste, un mandataire entre vous et le serveur est peut-être en cause.",
    },
  },
  byCode: {
    "session.required": {
      title: "Vous n’êtes pas connecté.",
      cure: "Demandez un lien d’opérateur et ouvrez-le.",
    },
    "session.link_invalid": {
      title: "Ce lien a déjà servi ou a expiré.",
      cure: "Lancez `npx tenancy operator link` pour en obtenir un autre.",
    },
    "input.invalid": {
      title: "La saisie contient des erreurs.",
      cure: "Corrigez les champs indiqués, puis envoyez de nouveau.",
    },
    "tenant.not_found": { title: "Ce locataire n’existe pas.", cure: "Vérifiez l’identifiant." },
    "tenant.slug_taken": {
      title: "Cet identifiant court est déjà pris.",
      cure: "Choisissez-en un autre.",
    },
  },
} satisfies Messages["errors"];
