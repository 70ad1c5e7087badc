import type { Message } from "../mail/message.ts";
import { moment } from "./moment.ts";
import type { Locale } from "./principal.ts";

/** Every mail to a person, in their language. Names are plain text: whoever renders them escapes. */

export function signInLink(locale: Locale, url: string): Message {
  return locale === "fr"
    ? {
        subject: "Votre lien de connexion",
        paragraphs: ["Ouvrez ce lien pour vous connecter. Il fonctionne une seule fois, pendant 15 minutes."],
        action: { label: "Se connecter", url },
        after: ["Vous n’avez rien demandé ? Ignorez ce message : sans le lien, personne n’entre."],
      }
    : {
        subject: "Your sign-in link",
        paragraphs: ["Open this link to sign in. It works once, for 15 minutes."],
        action: { label: "Sign in", url },
        after: ["If you did not ask for it, ignore this mail: without the link nobody gets in."],
      };
}

export function invitation(locale: Locale, tenant: string, url: string): Message {
  return locale === "fr"
    ? {
        subject: `Invitation à rejoindre ${tenant}`,
        paragraphs: [
          `Vous êtes invité à rejoindre ${tenant}.`,
          "Le lien fonctionne une seule fois, pendant 7 jours.",
        ],
        action: { label: "Accepter l’invitation", url },
        after: ["Vous n’attendiez pas cette invitation ? Ignorez ce message."],
      }
    : {
        subject: `Invitation to join ${tenant}`,
        paragraphs: [`You are invited to join ${tenant}.`, "The link works once, for 7 days."],
        action: { label: "Accept the invitation", url },
        after: ["If you did not expect it, ignore this mail."],
      };
}

export function passwordChanged(locale: Locale, origin: string): Message {
  return locale === "fr"
    ? {
        subject: "Votre mot de passe a changé",
        paragraphs: ["Votre mot de passe a été changé, et vos autres sessions sont terminées."],
        after: [
          `Ce n’était pas vous ? Demandez un lien de connexion sur ${origin} et changez-le de nouveau.`,
        ],
      }
    : {
        subject: "Your password has changed",
        paragraphs: ["Your password was changed, and your other sessions have ended."],
        after: [`If it was not you, ask for a sign-in link at ${origin} and change it again.`],
      };
}

export type FactorChange =
  | "totp_added"
  | "totp_removed"
  | "passkey_added"
  | "passkey_removed"
  | "recovery_codes_drawn"
  | "recovery_code_used"
  | "all_removed";

const FACTOR_CHANGES: Readonly<Record<FactorChange, Readonly<Record<Locale, string>>>> = {
  totp_added: {
    en: "An authenticator app was added to your account.",
    fr: "Une application d’authentification a été ajoutée à votre compte.",
  },
  totp_removed: {
    en: "The authenticator app was removed from your account.",
    fr: "L’application d’authentification a été retirée de votre compte.",
  },
  passkey_added: {
    en: "A passkey was added to your account.",
    fr: "Une clé d’accès a été ajoutée à votre compte.",
  },
  passkey_removed: {
    en: "A passkey was removed from your account.",
    fr: "Une clé d’accès a été retirée de votre compte.",
  },
  recovery_codes_drawn: {
    en: "New recovery codes were drawn for your account; the old ones no longer work.",
    fr: "De nouveaux codes de récupération ont été tirés pour votre compte ; les anciens ne fonctionnent plus.",
  },
  recovery_code_used: {
    en: "A recovery code was used to sign in to your account.",
    fr: "Un code de récupération a servi à se connecter à votre compte.",
  },
  all_removed: {
    en: "All second factors were removed from your account, and your sessions have ended.",
    fr: "Tous les seconds facteurs ont été retirés de votre compte, et vos sessions sont terminées.",
  },
};

export function factorChanged(locale: Locale, change: FactorChange, origin: string): Message {
  const said = FACTOR_CHANGES[change][locale];
  return locale === "fr"
    ? {
        subject: "Un changement dans votre façon de vous connecter",
        paragraphs: [said],
        after: [
          `Ce n’était pas vous ? Connectez-vous sur ${origin}, terminez les sessions inconnues et changez vos moyens de connexion.`,
        ],
      }
    : {
        subject: "A change in how you sign in",
        paragraphs: [said],
        after: [
          `If it was not you, sign in at ${origin}, end the sessions that you do not know, and change how you sign in.`,
        ],
      };
}

export function newDevice(
  locale: Locale,
  { device, ip, at }: { readonly device: string; readonly ip: string; readonly at: Date },
  origin: string,
): Message {
  const when = moment(locale, at);
  return locale === "fr"
    ? {
        subject: "Une connexion depuis un nouvel appareil",
        paragraphs: [
          `Quelqu’un s’est connecté à votre compte depuis un appareil que nous ne connaissions pas : ${device || "appareil inconnu"}, à l’adresse ${ip || "inconnue"}, le ${when}.`,
          "C’était vous ? Vous n’avez rien à faire.",
        ],
        after: [
          `Ce n’était pas vous ? Connectez-vous sur ${origin}, terminez les sessions inconnues et changez votre mot de passe.`,
        ],
      }
    : {
        subject: "A sign-in from a new device",
        paragraphs: [
          `Someone signed in to your account from a device that we did not know: ${device || "unknown device"}, at the address ${ip || "unknown"}, on ${when}.`,
          "If it was you, there is nothing to do.",
        ],
        after: [
          `If it was not you, sign in at ${origin}, end the sessions that you do not know, and change your password.`,
        ],
      };
}

/** To the address before: the new one belongs to whoever changed it. */
export function contactChanged(locale: Locale, origin: string): Message {
  return locale === "fr"
    ? {
        subject: "Votre adresse de contact a changé",
        paragraphs: [
          "Les changements de vos moyens de connexion sont désormais annoncés à une autre adresse ; celle-ci n’en recevra plus.",
        ],
        after: [`Ce n’était pas vous ? Prévenez sans attendre les responsables de ${origin}.`],
      }
    : {
        subject: "Your contact address has changed",
        paragraphs: [
          "Changes in how you sign in are told to another address from now on; this one hears no more of them.",
        ],
        after: [`If it was not you, tell those who run ${origin} at once.`],
      };
}

const STREAM_ENDINGS = {
  gone: {
    en: "The receiver answered that it wants nothing more (410).",
    fr: "Le destinataire a répondu qu’il ne veut plus rien recevoir (410).",
  },
  failing: {
    en: "Nothing has arrived there for five days.",
    fr: "Rien n’y est arrivé depuis cinq jours.",
  },
  too_many_failures: {
    en: "Too many messages had to be given up.",
    fr: "Trop de messages ont dû être abandonnés.",
  },
} as const;

export function streamDisabled(
  locale: Locale,
  stream: { name: string; host: string; because: keyof typeof STREAM_ENDINGS },
  origin: string,
): Message {
  const { name, host } = stream;
  const said = STREAM_ENDINGS[stream.because][locale];
  return locale === "fr"
    ? {
        subject: `Le flux d’audit « ${name} » est arrêté`,
        paragraphs: [`Le journal d’audit n’est plus envoyé à ${host}.`, said],
        after: [
          `Rien n’est perdu : réparez le destinataire et réactivez le flux sur ${origin}, il reprend là où il s’est arrêté.`,
        ],
      }
    : {
        subject: `The audit stream “${name}” has stopped`,
        paragraphs: [`The audit log is no longer sent to ${host}.`, said],
        after: [
          `Nothing is lost: mend the receiver and activate the stream again at ${origin}; it goes on where it stopped.`,
        ],
      };
}
