import type { Messages } from "../en.ts";

export const recovery = {
  lost: {
    title: "Revenir sans second facteur",
    body: "Si votre application, vos clés d’accès et vos codes de secours sont tous perdus, d’autres vous font revenir.",
    how: [
      "Vous le demandez ici.",
      "Deux personnes l’approuvent : propriétaires et administrateurs de votre organisation, ou personnel de la plateforme. Prévenez-les vous-même.",
      "Un délai passe, pour que personne ne le fasse à votre place. Des messages vous informent de chaque étape.",
      "Un lien arrive par e-mail. Avec lui, vous vous connectez et ajoutez un nouveau second facteur.",
    ],
    ask: "Demander à revenir",
    askAgain: "Voir où cela en est",
    back: "J’en ai encore un",
  },
  states: {
    asked:
      "C’est demandé. Deux personnes doivent maintenant l’approuver : prévenez un propriétaire ou un administrateur de votre organisation.",
    approved: (at) =>
      `C’est approuvé. Vous pourrez revenir à partir de ${at} : un message avec un lien vous le dira.`,
    ready: "Vous pouvez revenir maintenant. Ouvrez le lien du message, ou collez-le ici.",
    over: "Cette demande est terminée. Demandez de nouveau.",
  },
  link: "Lien du message",
  linkMissing: "Collez d’abord le lien entier.",
  useLink: "Continuer",
  page: {
    title: "Revenir",
    body: "Connectez-vous comme d’habitude. Vous ajoutez ensuite un nouveau second facteur.",
    missing: "L’adresse ne contient pas de lien. Rouvrez celui du message.",
    byMail:
      "Avec un lien de connexion au lieu d’un mot de passe : à la seconde étape, dites que vous n’avez plus rien, et collez le lien de ce message.",
  },
  enrol: {
    title: "Ajouter un nouveau second facteur",
    body: "À ce moment, les anciens cessent de fonctionner et toutes vos sessions se terminent.",
    app: "Configurer une application d’authentification",
    passkey: "Ajouter une clé d’accès",
    other: "Choisir un autre moyen",
    finish: "Revenir",
  },
  cancel: {
    title: "Annuler la demande de retour",
    body: "Une personne qui a votre premier facteur demande à entrer sur votre compte sans vos seconds facteurs. Si ce n’était pas vous, ou si vous avez retrouvé votre appareil, annulez : tout reste comme avant.",
    submit: "Annuler la demande",
    done: "La demande est annulée. Vos seconds facteurs fonctionnent comme avant.",
    change: "Si ce n’était pas vous, quelqu’un connaît votre mot de passe : connectez-vous et changez-le.",
    missing: "L’adresse ne contient pas de lien. Rouvrez celui du message.",
    signIn: "Se connecter",
  },
  notice: {
    title: "Quelqu’un demande à entrer sur votre compte sans second facteur",
    body: (at, device, ip) => `Demandé ${at}, depuis ${device}, adresse ${ip}.`,
    unknownDevice: "un appareil inconnu",
    cancel: "Annuler la demande",
    cancelled: "La demande est annulée. Vos seconds facteurs fonctionnent comme avant.",
  },
  list: {
    tab: "Retours",
    title: "Retours",
    intro:
      "Membres qui ont perdu tous leurs seconds facteurs. Deux personnes approuvent, puis un délai passe : assurez-vous que c’est bien la personne.",
    person: "Personne",
    approvals: "Approbations",
    noApproval: "Aucune",
    staff: (name) => `${name} (personnel)`,
    elsewhere: "Quelqu’un d’autre",
    asked: "Demandé",
    from: (device, ip) => `${device}, ${ip}`,
    ready: "Retour possible",
    notYet: "Pas encore",
    approve: "Approuver",
    approveNamed: (name) => `Approuver le retour de ${name}`,
    refuse: "Refuser",
    refuseNamed: (name) => `Refuser le retour de ${name}`,
    approveTitle: (name) => `Laisser revenir ${name}`,
    approveCheck:
      "N’approuvez que si vous avez vu la personne, ou si vous l’avez appelée à un numéro que vous connaissiez déjà. Un message ou un appel reçu ne prouve rien.",
    approveEffect:
      "Une seconde personne doit approuver aussi. La personne attend ensuite, en est informée par e-mail et peut annuler.",
    needsFactor: "Une approbation demande un second facteur à vous. Ajoutez-en d’abord un à votre compte.",
    addFactor: "Moyens de connexion",
    approvedOnce: (name) =>
      `Vous avez approuvé le retour de ${name} ; une autre personne doit l’approuver aussi.`,
    approvedWhole: (name) => `Le retour de ${name} est approuvé et attend.`,
    refuseTitle: (name) => `Refuser le retour de ${name}`,
    refuseEffect:
      "La demande prend fin, qui que ce soit qui l’ait approuvée. La personne en est informée et peut redemander.",
    refused: (name) => `Le retour de ${name} est refusé.`,
    none: {
      title: "Personne ne demande à revenir",
      body: "Qui a perdu tous ses seconds facteurs le demande en se connectant, à la seconde étape.",
    },
    statuses: {
      asked: "Attend des approbations",
      approved: "Attend son heure",
      ready: "Attend la personne",
      completed: "Achevé",
      cancelled: "Annulé",
      expired: "Expiré",
    },
  },
  rules: {
    title: "Règles de connexion",
    mfa: "Chaque membre utilise un second facteur",
    mfaHint: "Vaut aussitôt, dans les sessions ouvertes aussi. Qui n’en a pas en ajoute d’abord un.",
    hours: "Heures d’attente d’un retour approuvé",
    hoursHint: "De 12 à 336. Assez pour que la personne lise ses messages.",
    staff: "Le personnel de la plateforme peut donner l’une des deux approbations",
    staffHint:
      "Sinon, il faut deux de vos propriétaires et administrateurs ; s’il y en a moins, personne ne revient.",
    save: "Enregistrer les règles",
    saved: "Les règles sont enregistrées.",
  },
} satisfies Messages["recovery"];
