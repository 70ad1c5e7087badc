import type { Messages } from "../en.ts";

/** Le nombre d’abord : « 2 clés d’API », « 1 clé d’API ». */
const some = (count: number, one: string, others: string) =>
  count === 1 ? `1 ${one}` : `${count} ${others}`;

export const posture = {
  title: "Sécurité",
  intro:
    "Ce qui a été constaté dans l’état actuel : ce que cela signifie, et où y remédier. Il n’y a pas de note, car aucun chiffre ne dit si vous êtes en sûreté.",
  open: (count) =>
    count === 1 ? "1 constat demande votre attention" : `${count} constats demandent votre attention`,
  nothingOpen: "Rien ne demande votre attention",
  finding: "Constat",
  states: { attention: "À traiter", choice: "Votre choix", fine: "En ordre" },
  goTo: (room) => `Ouvrir « ${room} »`,
  rooms: {
    security: "Règles de connexion",
    members: "Membres",
    sso: "Authentification unique",
    scim: "Provisionnement",
    keys: "Chiffrement",
    audit: "Journal d’audit",
    api_keys: "Clés d’API",
    tenants: "Locataires",
  } as Record<string, string>,
  checks: {
    factors: {
      sentence: (state, count) =>
        state === "fine"
          ? "Un second facteur est exigé de tous."
          : count > 0
            ? `${some(count, "membre n’a pas", "membres n’ont pas")} de second facteur, et aucun n’est exigé.`
            : "Chaque membre a un second facteur, et aucun n’est exigé.",
      why: "Un mot de passe ou une boîte aux lettres suffit pour entrer à la place de qui n’a pas de second facteur.",
      cure: "Exigez un second facteur de tous : `PUT /v1/tenants/{tenant}/sign-in-rules`.",
    },
    owners: {
      sentence: (_, count) => `Le locataire a ${some(count, "propriétaire", "propriétaires")}.`,
      why: "Avec un seul propriétaire, il ne reste personne quand il est malade, parti ou enfermé dehors ; sans aucun, nul ne peut rendre de droits.",
      cure: "Faites d’un second membre un propriétaire.",
    },
    sso: {
      sentence: (state, count) =>
        state === "fine"
          ? "L’authentification unique est exigée."
          : count > 0
            ? "L’authentification unique est en place et n’est pas exigée."
            : "L’authentification unique n’est pas en place.",
      why: "Tant qu’elle n’est pas exigée, d’autres entrées restent ouvertes à ceux que l’annuaire a retirés.",
      cure: "Exigez-la, avec un propriétaire qui peut entrer sans elle le jour où le fournisseur est absent.",
    },
    domains: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "domaine n’est pas prouvé", "domaines ne sont pas prouvés")}.`
          : "Aucun domaine n’attend sa preuve.",
      why: "Les personnes d’un domaine non prouvé ne sont pas menées à votre fournisseur d’identité.",
      cure: "Mettez l’enregistrement TXT dans son DNS et prouvez-le, ou retirez-le.",
    },
    key_expiry: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "clé d’API n’a pas", "clés d’API n’ont pas")} de fin.`
          : "Chaque clé d’API a une fin.",
      why: "Une clé sans fin qui fuit sert jusqu’à ce que quelqu’un le remarque.",
      cure: "Remplacez-la par une clé qui prend fin.",
    },
    key_use: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "clé d’API n’a pas servi", "clés d’API n’ont pas servi")} depuis 90 jours.`
          : "Chaque clé d’API a servi dans les 90 jours.",
      why: "Une clé qui n’a pas servi depuis 90 jours ne manquerait à personne, et nul ne verrait qui d’autre s’en sert.",
      cure: "Révoquez-la.",
    },
    invitations: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "invitation expirée est encore là", "invitations expirées sont encore là")}.`
          : "Aucune invitation n’a expiré.",
      why: "Une invitation expirée était pour quelqu’un qui n’a toujours pas d’accès, ou ne devrait pas en avoir.",
      cure: "Retirez-la, ou invitez de nouveau.",
    },
    token_makers: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "jeton SCIM vient", "jetons SCIM viennent")} de quelqu’un qui n’a plus d’accès.`
          : "Ceux qui ont fait les jetons SCIM ont encore accès.",
      why: "Qui a fait un jeton SCIM l’a vu : par là on donne et retire encore des accès après son départ.",
      cure: "Faites un nouveau jeton, saisissez-le dans votre annuaire, et révoquez l’ancien.",
    },
    provider_makers: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "fournisseur d’identité actif a été raccordé", "fournisseurs d’identité actifs ont été raccordés")} par quelqu’un qui n’a plus d’accès.`
          : "Ceux qui ont raccordé les fournisseurs d’identité actifs ont encore accès.",
      why: "Qui a raccordé un fournisseur d’identité le tient peut-être : par là on donne encore accès après son départ.",
      cure: "Vérifiez de qui est le fournisseur ; raccordez-le de nouveau s’il est bien le vôtre.",
    },
    key_rotation: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "clé de données est", "clés de données sont")} en retard de rotation.`
          : "Aucune clé de données n’est en retard de rotation.",
      why: "Plus une clé est ancienne, plus il y a de choses sous elle ; la rotation aurait dû la remplacer d’elle-même.",
      cure: "Renouvelez maintenant, et voyez pourquoi la rotation ne tourne pas : `tenancy encryption keys`.",
    },
    custodian: {
      sentence: (state) =>
        state === "fine"
          ? "Les clés du locataire sont sous une clé qui lui appartient."
          : "Les clés du locataire sont sous la clé de la plateforme.",
      why: "Avec une clé à vous, vous pouvez retirer à la plateforme l’accès à vos données.",
      cure: "Confiez-en une si vous en avez besoin : `tenancy encryption custodian`.",
    },
    addresses: {
      sentence: (state, count) =>
        state === "fine"
          ? `Membres et clés sont admis depuis ${some(count, "réseau", "réseaux")}.`
          : "Membres et clés sont admis de n’importe quelle adresse.",
      why: "Une session ou une clé volée sert de partout, sauf si les adresses sont limitées.",
      cure: "Indiquez vos réseaux, si vos membres viennent de réseaux connus : `PATCH …/access-settings`.",
    },
    reads: {
      sentence: (state) =>
        state === "fine"
          ? "Toute réponse attend que son enregistrement soit durable."
          : "Les lectures sont rendues avant que leur enregistrement soit durable.",
      why: "Une panne peut perdre les derniers enregistrements de lectures ; la perte se voit comme une lacune.",
      cure: "Choisissez les lectures strictes, sauf si l’attente du disque est trop longue : `PATCH …/audit/settings`.",
    },
    engines: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "décision a différé", "décisions ont différé")} entre les moteurs ces sept jours.`
          : "Les moteurs de règles sont d’accord depuis sept jours.",
      why: "Les règles compilées et le moteur officiel ont décidé autrement, et l’accès a été refusé.",
      cure: "Trouvez l’enregistrement `access.engines_disagreed`, et signalez-le ; le guide d’exploitation dit comment.",
    },
    witnesses: {
      sentence: (state, count) =>
        state === "fine"
          ? "Des témoins signent le journal d’audit."
          : count > 0
            ? "Aucun témoin n’a signé depuis sept jours."
            : "Aucun témoin ne veille sur le journal d’audit.",
      why: "Seul un tiers qui se souvient de ce qu’il a vu peut dire que tout le journal a été réécrit.",
      cure: "Ajoutez un témoin, ou gardez des points de contrôle où le journal ne peut les changer.",
    },
    verification: {
      sentence: (state, count) =>
        state === "fine"
          ? "Le journal d’audit a été vérifié cette semaine."
          : count > 0
            ? `La dernière vérification a trouvé ${some(count, "faute", "fautes")}.`
            : "Le journal d’audit n’a pas été vérifié dans sa base cette semaine.",
      why: "Une modification dans la base se découvre quand le journal est vérifié, et pas avant.",
      cure: "Lancez chaque jour `tenancy audit verify --live`, avec un point de contrôle que vous avez gardé.",
    },
    administrators: {
      sentence: (_, count) => `Il y a ${some(count, "administrateur", "administrateurs")}.`,
      why: "Avec un seul administrateur, il ne reste personne quand il est malade, parti ou enfermé dehors.",
      cure: "Faites d’un second opérateur un administrateur : `PATCH /v1/operators/{id}`.",
    },
    tenant_factors: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "locataire n’exige", "locataires n’exigent")} pas de second facteur.`
          : "Chaque locataire exige un second facteur.",
      why: "Dans ces locataires, un mot de passe ou une boîte aux lettres suffit pour entrer.",
      cure: "Demandez à leurs propriétaires d’exiger un second facteur.",
    },
    tenant_sso: {
      sentence: (_, count) =>
        count > 0
          ? `${some(count, "locataire a", "locataires ont")} l’authentification unique sans l’exiger.`
          : "Chaque locataire qui a l’authentification unique l’exige.",
      why: "Dans ces locataires, d’autres entrées restent ouvertes à côté d’elle.",
      cure: "Demandez à leurs propriétaires de l’exiger.",
    },
  },
} satisfies Messages["posture"];
