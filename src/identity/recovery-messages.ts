import type { Message } from "../mail/message.ts";
import { moment } from "./moment.ts";
import type { Locale } from "./principal.ts";

/** Mails about a recovery. Each says what to do if it was not the reader, with a link that needs no sign-in. */

export function recoveryAsked(locale: Locale, cancelUrl: string): Message {
  return locale === "fr"
    ? {
        subject: "Quelqu’un demande à revenir sur votre compte sans second facteur",
        paragraphs: [
          "Une personne qui connaît votre premier facteur dit avoir perdu tous les seconds. Deux personnes de votre organisation ou de la plateforme doivent l’approuver, puis un délai court.",
          "C’était vous ? Dites-le à un propriétaire ou à un administrateur de votre organisation. Ce n’était pas vous, ou vous avez retrouvé votre appareil ? Annulez :",
        ],
        action: { label: "Annuler la demande", url: cancelUrl },
        after: ["Si ce n’était pas vous, changez aussi votre mot de passe : quelqu’un le connaît."],
      }
    : {
        subject: "Someone asks to come back to your account without a second factor",
        paragraphs: [
          "Somebody who has your first factor says that all second factors are lost. Two people of your organisation or of the platform have to approve it, and then it waits.",
          "If it was you, tell an owner or an admin of your organisation. If it was not you, or you found your device, cancel it:",
        ],
        action: { label: "Cancel the request", url: cancelUrl },
        after: ["If it was not you, change your password too: somebody knows it."],
      };
}

export function recoveryApproved(locale: Locale, readyAt: Date, cancelUrl: string): Message {
  const at = moment(locale, readyAt);
  return locale === "fr"
    ? {
        subject: "Votre retour est approuvé et attend",
        paragraphs: [
          `Deux personnes ont approuvé le retour sur votre compte sans les anciens seconds facteurs. Il devient possible le ${at}. Vous recevrez alors un lien.`,
          "Ce n’était pas vous ? Annulez maintenant :",
        ],
        action: { label: "Annuler la demande", url: cancelUrl },
      }
    : {
        subject: "Your way back is approved, and waits",
        paragraphs: [
          `Two people approved that your account may be entered without its old second factors. It becomes possible on ${at}. You will then get a link.`,
          "If it was not you, cancel it now:",
        ],
        action: { label: "Cancel the request", url: cancelUrl },
      };
}

export function recoveryReady(locale: Locale, url: string, cancelUrl: string): Message {
  return locale === "fr"
    ? {
        subject: "Vous pouvez revenir sur votre compte",
        paragraphs: [
          "Ouvrez ce lien, connectez-vous comme d’habitude, et ajoutez un nouveau second facteur. Il fonctionne une seule fois, pendant quatre jours.",
        ],
        action: { label: "Revenir", url },
        after: [
          "À ce moment, toutes vos sessions se terminent et les anciens seconds facteurs ne fonctionnent plus.",
          `Ce n’était pas vous ? Annulez : ${cancelUrl}`,
        ],
      }
    : {
        subject: "You can come back to your account",
        paragraphs: [
          "Open this link, sign in as usual, and add a new second factor. It works once, for four days.",
        ],
        action: { label: "Come back", url },
        after: [
          "At that moment all your sessions end, and the old second factors no longer work.",
          `If it was not you, cancel it: ${cancelUrl}`,
        ],
      };
}

export function recoveryCompleted(locale: Locale, origin: string): Message {
  return locale === "fr"
    ? {
        subject: "Votre compte a un nouveau second facteur",
        paragraphs: [
          "Votre compte a été rouvert avec un nouveau second facteur. Les anciens ne fonctionnent plus, et toutes les autres sessions sont terminées.",
        ],
        after: [
          `Ce n’était pas vous ? Prévenez aussitôt un propriétaire de votre organisation, et demandez un lien de connexion sur ${origin}.`,
        ],
      }
    : {
        subject: "Your account has a new second factor",
        paragraphs: [
          "Your account was entered with a new second factor. The old ones no longer work, and all other sessions have ended.",
        ],
        after: [
          `If it was not you, tell an owner of your organisation at once, and ask for a sign-in link at ${origin}.`,
        ],
      };
}

export function recoveryCancelled(locale: Locale, origin: string): Message {
  return locale === "fr"
    ? {
        subject: "La demande de retour est annulée",
        paragraphs: ["Rien n’a changé : vos seconds facteurs fonctionnent comme avant."],
        after: [`Vous les avez vraiment perdus ? Demandez de nouveau sur ${origin}, en vous connectant.`],
      }
    : {
        subject: "The request to come back is cancelled",
        paragraphs: ["Nothing has changed: your second factors work as before."],
        after: [`If you really lost them, ask again at ${origin}, while you sign in.`],
      };
}
