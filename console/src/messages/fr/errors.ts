import type { Messages } from "../en.ts";
import { errorsByCode } from "./errors-by-code.ts";

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
    "console.passkey_unsupported": {
      title: "Ce navigateur ne peut pas utiliser de clé d’accès ici.",
      cure: "Connectez-vous d’une autre façon, ou avec un autre navigateur.",
    },
    "console.passkey_known": {
      title: "Cet appareil a déjà une clé d’accès pour ce compte.",
      cure: "Utilisez-la telle quelle, ou ajoutez-en une sur un autre appareil.",
    },
    "console.passkey_unused": {
      title: "Aucune clé d’accès n’a servi : annulation, délai dépassé, ou aucune ne convient.",
      cure: "Réessayez, ou choisissez une autre façon.",
    },
  },
  byCode: errorsByCode,
} satisfies Messages["errors"];
