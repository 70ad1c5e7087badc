import type { Messages } from "../en.ts";

export const session = {
  title: "Se connecter",
  intro: "Demandez un lien à usage unique sur la machine qui héberge le serveur, puis ouvrez-le :",
  orManage: "ou, dans le dossier du projet :",
  field: "Ou collez le lien ici",
  fieldHint: "Le lien entier, ou ce qui suit #link=.",
  submit: "Se connecter",
  empty: "Collez d’abord un lien.",
  linkFailed:
    "Le lien n’a pas fonctionné. Un lien n’ouvre qu’une session, une seule fois, et expire vite. Demandez-en un autre.",
  ended: "Votre session est terminée. Reconnectez-vous pour reprendre où vous en étiez.",
  lost: "Si vous les avez tous perdus : qui gère la plateforme les retire et vous fait un nouveau lien.",
  demanded: {
    title: "Le personnel utilise ici un second facteur",
    add: "Vous n’en avez pas encore. Ajoutez une clé d’accès ou une application d’authentification, et les autres pièces s’ouvrent.",
    prove: "Vous en avez un, et ne l’avez pas utilisé dans cette session.",
  },
} satisfies Messages["session"];
