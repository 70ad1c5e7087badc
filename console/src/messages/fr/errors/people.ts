/** Of accounts, signing in, members, and the directories and providers that bring them. */
export const peopleErrors = {
  "operator.not_found": {
    title: "Cet opérateur n’existe pas.",
    cure: "Rechargez la page pour voir les opérateurs.",
  },
  "operator.last_administrator": {
    title: "C’est le dernier administrateur de la plateforme.",
    cure: "Nommez d’abord quelqu’un d’autre administrateur.",
  },
  "sso.connection_not_found": {
    title: "Le locataire n’a pas cette connexion SSO.",
    cure: "La liste de ses connexions SSO les montre.",
  },
  "sso.settings_invalid": {
    title: "Les réglages du fournisseur d’identité ne sont pas acceptables.",
    cure: "Corrigez-les ; le test montre chaque vérification.",
  },
  "sso.provider_unreachable": {
    title: "Le fournisseur d’identité n’a pas pu être interrogé.",
    cure: "Vérifiez l’adresse. Un fournisseur dans un réseau privé demande `security.outboundAllow` dans tenancy.config.ts.",
  },
  "sso.response_refused": {
    title: "La réponse du fournisseur d’identité a été refusée.",
    cure: "Recommencez la connexion ; si cela persiste, demandez à un administrateur du locataire de tester la connexion SSO.",
  },
  "sso.attempt_unknown": {
    title:
      "Cette connexion n’a pas été commencée dans ce navigateur, a duré trop longtemps ou est déjà terminée.",
    cure: "Recommencez la connexion.",
  },
  "sso.email_missing": {
    title: "Le fournisseur d’identité n’a pas indiqué d’adresse e-mail.",
    cure: "Faites-lui en envoyer une, sous le nom que la connexion SSO attend.",
  },
  "sso.domain_foreign": {
    title: "Le locataire n’a pas prouvé que le domaine de l’adresse lui appartient.",
    cure: "Ajoutez le domaine aux domaines SSO du locataire et prouvez-le par le DNS, ou invitez la personne.",
  },
  "sso.not_provisioned": {
    title:
      "La personne n’est pas membre du locataire, et la connexion SSO n’en fait pas entrer de nouvelles.",
    cure: "Invitez-la, provisionnez-la par SCIM, ou activez l’arrivée à la première connexion.",
  },
  "sso.access_ended": {
    title: "L’accès de la personne au locataire a pris fin ou est suspendu.",
    cure: "Demandez à un administrateur du locataire.",
  },
  "sso.required": {
    title: "Le locataire demande de se connecter par son fournisseur d’identité.",
    cure: "Connectez-vous avec votre adresse ; vous y serez conduit.",
  },
  "sso.other_tenants_session": {
    title: "Cette session vient du fournisseur d’identité d’un autre locataire ; elle ne compte pas ici.",
    cure: "Reconnectez-vous, par le fournisseur d’identité de ce locataire ou sans.",
  },
  "sso.break_glass_needed": {
    title:
      "Exiger le SSO demande une connexion active et un propriétaire actif qui puisse encore se connecter sans lui.",
    cure: "Activez une connexion SSO et nommez le propriétaire dans `breakGlassUserId`.",
  },
  "sso.domain_invalid": {
    title: "Un domaine tel que example.com est attendu.",
    cure: "Donnez la partie des adresses qui suit le @.",
  },
  "sso.domain_not_found": {
    title: "Le locataire n’a pas ce domaine SSO.",
    cure: "La liste de ses domaines SSO les montre.",
  },
  "sso.domain_unproven": {
    title: "Le DNS n’a pas encore l’enregistrement TXT attendu.",
    cure: "Ajoutez-le là où le DNS du domaine est tenu ; quelques minutes peuvent passer avant qu’il soit vu.",
  },
  "sso.too_many": {
    title: "Le locataire a atteint la limite.",
    cure: "Retirez ce qui ne sert plus.",
  },
  "scim.token_not_found": {
    title: "Le locataire n’a pas ce jeton SCIM.",
    cure: "La liste de ses jetons SCIM les montre ; un jeton révoqué n’y est plus.",
  },
  "scim.too_many_tokens": {
    title: "Le locataire a atteint la limite de jetons SCIM.",
    cure: "Révoquez-en un qui ne sert plus.",
  },
  "session.required": {
    title: "Vous n’êtes pas connecté.",
    cure: "Connectez-vous avec un lien à usage unique.",
  },
  "session.link_invalid": {
    title: "Ce lien de connexion n’est pas valable : il a déjà servi, a expiré ou n’a jamais existé.",
    cure: "Demandez-en un autre avec `tenancy operator link` ; il sert une fois, pendant 15 minutes.",
  },
  "identity.outside_misconfigured": {
    title: "Le fournisseur d’identité externe est mal configuré.",
    cure: "Corrigez l’option `outside` du module Tenancy de l’application.",
  },
  "identity.outside_unreachable": {
    title: "Les clés de signature du fournisseur d’identité sont inaccessibles.",
    cure: "Réessayez ; si cela dure, vérifiez que son adresse de clés répond.",
  },
  "session.none": {
    title: "Cette requête est faite hors session.",
    cure: "Connectez-vous avec un lien à usage unique.",
  },
  "operator.name_unknown": {
    title: "Aucun membre du personnel ne porte ce nom.",
    cure: "Les noms sont ceux que `tenancy operator link --name` a donnés.",
  },
  "recovery.of_operator": {
    title: "Le personnel ne revient pas par ce chemin.",
    cure: "Demandez à qui gère la plateforme `tenancy operator remove-factors`, puis un nouveau lien.",
  },
  "recovery.of_provider": {
    title:
      "La parole d’un fournisseur d’identité ne suffit pas pour revenir : le compte ouvre aussi d’autres locataires.",
    cure: "Connectez-vous avec votre mot de passe ou un lien reçu par e-mail, puis demandez.",
  },
  "recovery.not_found": {
    title: "Aucune demande de retour ouverte ne correspond.",
    cure: "Rechargez la liste : une demande achevée, annulée ou restée sans approbation est terminée.",
  },
  "recovery.own": {
    title: "Personne n’approuve son propre retour.",
    cure: "Demandez à deux autres personnes : propriétaires et administrateurs du locataire, ou personnel de la plateforme.",
  },
  "recovery.people_only": {
    title: "Un retour est approuvé par des personnes, pas par des clés d’API.",
    cure: "Connectez-vous et approuvez-le dans la console.",
  },
  "recovery.approved_already": {
    title: "Vous avez déjà approuvé ce retour ; la seconde approbation revient à quelqu’un d’autre.",
    cure: "Demandez à une autre personne qui peut l’approuver.",
  },
  "recovery.not_admitted": {
    title: "Le locataire de cette personne réserve l’approbation des retours à ses propres membres.",
    cure: "Demandez à deux de ses propriétaires ou administrateurs.",
  },
  "recovery.not_approver": {
    title:
      "Seuls les propriétaires et administrateurs permanents approuvent un retour, et pour un propriétaire, seuls les propriétaires.",
    cure: "Demandez à un propriétaire ou à un administrateur du locataire, ou au personnel de la plateforme.",
  },
  "recovery.not_approved": {
    title: "La demande est annulée : une personne qui l’avait approuvée n’en a plus le droit.",
    cure: "Faites une nouvelle demande en vous connectant.",
  },
  "recovery.link_invalid": {
    title:
      "Le lien n’est pas valable : il a servi, la demande est terminée, ou elle concerne quelqu’un d’autre.",
    cure: "Connectez-vous avec le compte dont parle le message ; si la demande est terminée, faites-en une nouvelle.",
  },
  "api_key.not_found": {
    title: "Cette clé d’API n’existe pas.",
    cure: "Rechargez la liste ; une clé révoquée n’y figure plus.",
  },
  "auth.cross_site": {
    title: "La requête vient d’un autre site que ce serveur.",
    cure: "Envoyez-la depuis la console.",
  },
  "auth.unknown_host": {
    title: "Ce serveur ne répond pas à ce nom d’hôte.",
    cure: "Utilisez l’adresse locale du serveur.",
  },
  "mail.not_found": {
    title: "Ce message n’est pas dans la boîte d’envoi.",
    cure: "Rechargez la liste : un message y reste une semaine.",
  },
  "session.step_up": {
    title: "Prouvez de nouveau qui vous êtes pour cette action.",
    cure: "Confirmez avec votre second facteur ou votre mot de passe.",
  },
  "session.from_provider": {
    title:
      "Votre façon de vous connecter vous appartient, et cette session vient du fournisseur d’identité d’une organisation.",
    cure: "Connectez-vous par un lien envoyé par e-mail, et changez-la là.",
  },
  "session.mfa_required": {
    title: "Ce locataire exige qu’un second facteur ait servi dans cette session.",
    cure: "Utilisez-le maintenant, ou ajoutez-en un.",
  },
  "session.staff_mfa_required": {
    title: "La plateforme demande à son personnel un second facteur dans chaque session.",
    cure: "Utilisez le vôtre ; sans cela, ajoutez une clé d’accès ou une application d’authentification.",
  },
  "sign_in.wrong": {
    title: "L’adresse et le mot de passe ne vont pas ensemble, ou la preuve n’est pas bonne.",
    cure: "Vérifiez les deux, ou demandez un lien de connexion.",
  },
  "sign_in.wrong_code": {
    title: "La preuve n’est pas bonne : fausse ou déjà utilisée.",
    cure: "Attendez le code suivant, ou utilisez un autre facteur.",
  },
  "sign_in.expired": {
    title: "Cette connexion a trop duré ou a connu trop d’essais.",
    cure: "Recommencez.",
  },
  "sign_in.link_invalid": {
    title: "Le lien n’est pas valable : déjà utilisé, expiré ou inconnu.",
    cure: "Demandez-en un nouveau ; il fonctionne une fois, pendant 15 minutes.",
  },
  "sign_in.too_many": {
    title: "Trop d’essais en peu de temps.",
    cure: "Attendez un peu, ou demandez un lien de connexion.",
  },
  "sign_in.busy": {
    title: "Trop de personnes se connectent en ce moment.",
    cure: "Réessayez dans quelques secondes.",
  },
  "password.too_short": {
    title: "Le mot de passe est trop court.",
    cure: "Prenez-en un plus long, par exemple quatre mots sans rapport.",
  },
  "password.too_long": {
    title: "Le mot de passe est trop long.",
    cure: "Prenez-en un plus court.",
  },
  "password.guessable": {
    title: "Ce mot de passe est de ceux que l’on essaie en premier.",
    cure: "Prenez-en un autre, par exemple quatre mots sans rapport.",
  },
  "factor.disabled": {
    title: "Les seconds facteurs sont désactivés sur cette plateforme.",
    cure: "Demandez à l’exploitant de les activer.",
  },
  "factor.exists": {
    title: "Il y a déjà une application d’authentification.",
    cure: "Retirez-la d’abord, ou gardez-la.",
  },
  "factor.not_found": {
    title: "Ce facteur n’existe pas.",
    cure: "Rechargez la liste de vos facteurs.",
  },
  "factor.refused": {
    title: "La réponse de l’authentificateur n’est pas acceptable.",
    cure: "Recommencez, à l’adresse habituelle de la plateforme.",
  },
  "factor.too_many": {
    title: "Il y a déjà trop de clés d’accès.",
    cure: "Retirez-en une qui ne sert plus.",
  },
  "service_account.too_many": {
    title: "Le locataire a déjà trop de comptes de service.",
    cure: "Retirez-en un qui ne sert plus.",
  },
  "api_key.scope_unknown": {
    title: "Cette permission de locataire n’existe pas.",
    cure: "Choisissez parmi les permissions d’un locataire.",
  },
  "api_key.scope_beyond": {
    title: "Vous ne pouvez pas donner une permission que vous n’avez pas.",
    cure: "Retirez-la, ou demandez à quelqu’un qui l’a.",
  },
  "invitation.not_found": {
    title: "Cette invitation n’existe pas.",
    cure: "Rechargez la liste : une invitation acceptée n’y est plus.",
  },
  "invitation.invalid": {
    title: "L’invitation n’est pas valable : acceptée, retirée, remplacée ou expirée.",
    cure: "Demandez à la personne qui vous invite de la renvoyer.",
  },
  "invitation.too_often": {
    title: "Trop d’invitations ont été envoyées ; la prochaine doit attendre.",
    cure: "Patientez un peu ; qui a déjà reçu l’e-mail a le lien.",
  },
  "invitation.too_many": {
    title: "Le locataire a déjà trop d’invitations ouvertes.",
    cure: "Retirez celles que personne n’acceptera.",
  },
  "session.not_found": {
    title: "Cette session n’existe pas.",
    cure: "Rechargez la liste : une session terminée n’y est plus.",
  },
  "api_key.too_many": {
    title: "Il y a déjà trop de clés d’API en service.",
    cure: "Révoquez celles que rien n’utilise ; la liste dit quand chacune a servi.",
  },
  "api_key.unbounded": {
    title: "Une clé de locataire a besoin d’un compte de service ou d’une liste de permissions.",
    cure: "Choisissez un compte de service, ou des permissions.",
  },
  "service_account.not_found": {
    title: "Ce compte de service n’existe pas.",
    cure: "Rechargez la liste des comptes de service.",
  },
  "service_account.exists": {
    title: "Le locataire a déjà un compte de service de ce nom.",
    cure: "Choisissez un autre nom, ou utilisez celui qui existe.",
  },
  "user.not_found": {
    title: "Cet utilisateur n’existe pas.",
    cure: "Vérifiez l’adresse.",
  },
  "user.email_invalid": {
    title: "Ce n’est pas une adresse e-mail telle que ada@example.com, en ASCII avant le @.",
    cure: "Corrigez l’adresse.",
  },
  "user.email_taken": {
    title: "Un utilisateur a déjà cette adresse.",
    cure: "Utilisez ce compte : une personne n’en a qu’un, quels que soient ses locataires.",
  },
  "member.not_found": {
    title: "Le locataire n’a pas ce membre.",
    cure: "Rechargez la liste des membres.",
  },
  "member.exists": {
    title: "Cet utilisateur est déjà membre du locataire.",
    cure: "Changez plutôt les rôles du membre existant.",
  },
  "member.last_owner": {
    title: "C’est le dernier propriétaire du locataire.",
    cure: "Nommez d’abord un autre membre propriétaire.",
  },
};
