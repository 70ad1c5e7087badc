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
  },
  byCode: errorsByCode,
} satisfies Messages["errors"];
