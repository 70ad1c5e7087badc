/** Of what somebody may do, of keys and vaults, and of the audit log. */
export const rightsErrors = {
  "audit.unavailable": {
    title:
      "L’enregistrement d’audit de cette requête ne peut pas être rendu durable, elle reste donc sans réponse.",
    cure: "Réessayez dans un instant, sinon vérifiez que la base de contrôle accepte les écritures.",
  },
  "audit.overloaded": {
    title: "Trop d’enregistrements d’audit attendent dans ce processus.",
    cure: "Réessayez dans un instant, sinon ajoutez des processus ou examinez le disque de la base de contrôle.",
  },
  "audit.record_not_found": {
    title: "Aucun enregistrement d’audit ne porte cet ID.",
    cure: "Cherchez-le dans le journal d’audit. La rétention l’a peut-être supprimé.",
  },
  "stream.not_found": {
    title: "Aucun flux d’audit ne porte cet ID.",
    cure: "La liste des flux d’audit les montre.",
  },
  "stream.settings_invalid": {
    title: "Ces réglages d’un flux d’audit ne sont pas acceptables.",
    cure: "Corrigez les champs signalés.",
  },
  "stream.too_many": {
    title: "Il y a déjà autant de flux d’audit que possible.",
    cure: "Supprimez-en un, ou laissez un destinataire transmettre aux autres.",
  },
  "audit.not_sequenced": {
    title: "L’enregistrement n’est pas encore dans l’arbre.",
    cure: "Redemandez dans deux secondes.",
  },
  "audit.moved": {
    title:
      "La base de données a été restaurée dans un autre cluster, le journal d’audit n’ajoute donc plus rien à son arbre.",
    cure: "Si la restauration est voulue, lancez `tenancy audit resume`. Les enregistrements sont gardés entre-temps.",
  },
  "audit.not_moved": {
    title: "Le journal d’audit est dans le cluster où il était, il n’y a rien à reprendre.",
    cure: "Il n’y a rien à faire.",
  },
  "audit.no_checkpoint": {
    title: "Il n’y a pas de point de contrôle de cette taille.",
    cure: "Demandez le dernier point de contrôle et utilisez sa taille.",
  },
  "audit.tile_not_found": {
    title: "Cette tuile n’existe pas.",
    cure: "Lisez le point de contrôle et ne demandez que les tuiles d’un arbre de cette taille.",
  },
  "audit.bad_cosignature": {
    title:
      "Ce n’est pas un point de contrôle de ce journal avec une cosignature valable d’un témoin configuré.",
    cure: "Cosignez le dernier point de contrôle avec une clé configurée.",
  },
  "audit.bad_witness_key": {
    title: "Ce n’est pas la clé de vérification d’un témoin.",
    cure: "Envoyez une clé C2SP de type 0x04.",
  },
  "access.denied": {
    title: "Vous n’avez pas la permission de faire cela ici.",
    cure: "Demandez un rôle qui la contient à une personne qui gère les rôles.",
  },
  "access.step_up": {
    title: "Cette action demande un second facteur utilisé récemment.",
    cure: "Confirmez votre identité avec une clé d’accès ou un code, puis recommencez.",
  },
  "access.undecided": {
    title: "La décision n’a pas pu être confirmée ; l’accès est refusé et un incident est enregistré.",
    cure: "Prévenez les personnes qui gèrent la plateforme en citant l’ID de la requête.",
  },
  "access.address_refused": {
    title: "Le locataire n’admet pas l’adresse d’où vient cette requête.",
    cure: "Passez par un réseau autorisé, ou faites ajouter celui-ci.",
  },
  "role.not_found": {
    title: "Le locataire n’a pas ce rôle.",
    cure: "Rechargez la page pour voir ses rôles.",
  },
  "role.built_in": {
    title: "Ce rôle est fourni d’office : il ne se crée, ne se change et ne se retire pas.",
    cure: "Créez un rôle sous une autre clé, avec les permissions voulues.",
  },
  "role.key_taken": {
    title: "Le locataire a déjà un rôle de cette clé.",
    cure: "Choisissez une autre clé, ou changez ce rôle.",
  },
  "support.no_visit": {
    title: "Vous n’avez pas de visite d’assistance de cet ID, acceptée et en cours.",
    cure: "Demandez-en une au locataire et attendez son accord.",
  },
  "support.not_found": {
    title: "Cette visite d’assistance n’existe pas.",
    cure: "La liste des visites les montre toutes.",
  },
  "support.members_only": {
    title: "Seuls les membres du locataire acceptent l’assistance, ni l’équipe ni un programme à leur place.",
    cure: "Demandez à un membre du locataire qui peut donner son accord.",
  },
  "support.operators_only": {
    title: "Seules les personnes de l’équipe demandent une visite d’assistance.",
    cure: "Connectez-vous comme opérateur.",
  },
  "support.decided": {
    title: "La visite est déjà décidée, ou le délai pour décider est passé.",
    cure: "Faites renouveler la demande par l’assistance.",
  },
  "support.over": {
    title: "La visite est déjà terminée.",
    cure: "Il n’y a rien à terminer.",
  },
  "support.too_many": {
    title: "Trop de visites d’assistance attendent ou sont en cours chez ce locataire.",
    cure: "Terminez celles qui ne servent plus.",
  },
  "support.settings_invalid": {
    title: "L’accord permanent n’est pas acceptable.",
    cure: "Corrigez les champs indiqués.",
  },
  "authzen.bad_request": {
    title: "La requête n’est pas conforme à AuthZEN 1.0.",
    cure: "Corrigez les champs indiqués.",
  },
  "review.not_found": {
    title: "Le locataire n’a pas cette revue, ou la revue n’a pas cet élément.",
    cure: "La liste des revues les montre toutes.",
  },
  "review.closed": {
    title: "La revue est close.",
    cure: "Lancez-en une autre.",
  },
  "review.decided": {
    title: "Cet élément est déjà décidé.",
    cure: "Si la décision était mauvaise, changez l’accès lui-même : les deux restent dans le journal d’audit.",
  },
  "review.not_reviewer": {
    title: "Vous ne faites pas partie des réviseurs de cette revue.",
    cure: "Demandez à l’un d’eux, ou à la personne qui l’a lancée.",
  },
  "review.own_access": {
    title: "Personne ne décide de son propre accès.",
    cure: "Demandez à un autre réviseur.",
  },
  "review.invalid": {
    title: "La revue n’est pas acceptable.",
    cure: "Corrigez les champs indiqués.",
  },
  "review.too_many": {
    title: "Le locataire a déjà trop de revues ouvertes.",
    cure: "Fermez-en une.",
  },
  "review.too_large": {
    title: "Il y a trop d’éléments à revoir chez ce locataire.",
    cure: "Retirez les membres et les clés qui ne servent plus.",
  },
  "grant.not_found": {
    title: "Le locataire n’a pas cette attribution temporaire.",
    cure: "La liste des attributions les montre toutes.",
  },
  "grant.over": {
    title: "Cette attribution est déjà terminée.",
    cure: "Il n’y a rien à terminer.",
  },
  "grant.own": {
    title: "Personne ne s’attribue soi-même un rôle ou une permission temporaire.",
    cure: "Demandez-le à un autre membre qui peut les attribuer.",
  },
  "grant.invalid": {
    title: "L’attribution n’est pas acceptable.",
    cure: "Corrigez les champs indiqués.",
  },
  "grant.too_many": {
    title: "Ce membre a déjà trop d’attributions en cours ou à venir.",
    cure: "Terminez-en une qui ne sert plus, ou donnez-lui un rôle.",
  },
  "role.in_use": {
    title: "Des membres, des invitations, des attributions ou des comptes de service ont encore ce rôle.",
    cure: "Donnez-leur d’abord un autre rôle.",
  },
  "role.invalid": {
    title: "Le rôle n’est pas acceptable.",
    cure: "Corrigez les champs signalés.",
  },
  "role.beyond_author": {
    title: "Cela donnerait plus que ce que vous avez vous-même.",
    cure: "Retirez ces permissions, ajoutez les conditions qui vous lient, ou demandez à une personne qui les a.",
  },
  "role.too_many": {
    title: "Le locataire a déjà le nombre maximal de rôles à lui.",
    cure: "Retirez-en un que personne n’a.",
  },
  "policy.not_found": {
    title: "Le locataire n’a pas cette règle ou ce test de règles.",
    cure: "Rechargez la page pour les voir.",
  },
  "policy.name_taken": {
    title: "Le locataire a déjà une règle de ce nom.",
    cure: "Choisissez un autre nom, ou changez cette règle.",
  },
  "policy.too_large": {
    title: "Les rôles et les règles actives du locataire sont trop longs, pris ensemble.",
    cure: "Écrivez-les plus court, ou retirez ou désactivez ce qui ne sert plus.",
  },
  "policy.too_many": {
    title: "Le locataire a déjà le nombre maximal de règles ou de tests.",
    cure: "Retirez-en qui ne servent plus.",
  },
  "policy.tests_failed": {
    title: "Avec ce changement, les tests de règles du locataire échouent.",
    cure: "Corrigez le changement, ou les tests s’ils sont faux.",
  },
  "access.settings_invalid": {
    title: "Ces réglages ne sont pas acceptables.",
    cure: "Corrigez les champs signalés.",
  },
  "integration.not_found": {
    title: "Le locataire n’a pas cette intégration.",
    cure: "La liste de ses intégrations les montre.",
  },
  "integration.provider_unknown": {
    title: "Ce service ne peut pas être connecté ici.",
    cure: "Indiquez son client et son secret dans `integrations` de tenancy.config.ts.",
  },
  "integration.attempt_unknown": {
    title: "Cette connexion n’a pas été commencée par vous, a duré trop longtemps ou est déjà terminée.",
    cure: "Recommencez-la.",
  },
  "integration.refused": {
    title: "Le service n’a pas accepté la connexion.",
    cure: "Recommencez-la, et autorisez ce qui est demandé.",
  },
  "integration.expired": {
    title: "Le service ne renouvelle plus cette connexion.",
    cure: "Connectez de nouveau le compte.",
  },
  "policy.template": {
    title: "La règle est un modèle : `?principal` et `?resource` ne sont pas remplis ici.",
    cure: "Nommez la personne ou l’objet visé, ou testez un rôle, un attribut ou un groupe dans un `when`.",
  },
  "policy.invalid": {
    title: "La règle n’est pas du Cedar valide pour cette plateforme.",
    cure: "Corrigez les endroits signalés.",
  },
  "sealed.unreadable": {
    title: "Une valeur chiffrée ne peut pas être ouverte.",
    cure: "Elle est abîmée ou n’est pas à sa place : restaurez-la depuis une sauvegarde.",
  },
  "key.destroyed": {
    title: "Les clés sont détruites ; ce qu’elles chiffraient est perdu pour de bon.",
    cure: "Rien ne les fait revenir : créez un nouveau locataire.",
  },
  "key.subject_destroyed": {
    title: "La clé de cette personne est détruite ; ce qu’elle chiffrait est perdu pour de bon.",
    cure: "Rien ne la fait revenir : une personne qui revient est un nouveau sujet.",
  },
  "key.refused": {
    title: "Le gardien de la clé refuse de s’en servir.",
    cure: "Le propriétaire de la clé doit la réactiver ou en autoriser l’usage.",
  },
  "key.unreachable": {
    title: "Le gardien de la clé ne répond pas.",
    cure: "Réessayez ; vérifiez le chemin réseau jusqu’à lui.",
  },
  "custodian.bad_url": {
    title: "L’adresse du gardien de la clé n’est pas acceptable.",
    cure: "Corrigez-la ; la référence en donne les formes.",
  },
  "custodian.credentials_missing": {
    title: "Le gardien de la clé demande des identifiants.",
    cure: "Donnez-les avec l’adresse, ou dans l’environnement du serveur.",
  },
  "key.custodian_unknown": {
    title: "Le gardien de la clé n’est pas configuré ici.",
    cure: "Configurez-le, ou remettez la clé racine d’origine.",
  },
  "role.unknown": {
    title: "Le locataire n’a pas ce rôle.",
    cure: "Choisissez parmi ses rôles.",
  },
  "role.not_grantable": {
    title: "Vous ne pouvez ni donner ni retirer ce rôle : il permet plus que les vôtres.",
    cure: "Demandez à un propriétaire du locataire.",
  },
  "vault.members_only": {
    title:
      "Les coffres sont réservés aux membres du locataire ; ni le personnel ni les programmes n’en ont la clé.",
    cure: "Connectez-vous en tant que membre.",
  },
  "vault.not_found": {
    title: "Aucun coffre de ce nom ne s’ouvre avec votre clé.",
    cure: "Rechargez la page pour voir vos coffres.",
  },
  "vault.revision_passed": {
    title: "Le coffre a été modifié entre-temps.",
    cure: "Relisez-le et refaites la modification.",
  },
  "vault.foreign_holder": {
    title: "Certaines de ces clés n’appartiennent à personne qui puisse ouvrir ce coffre.",
    cure: "Choisissez parmi les membres actifs et la clé de récupération.",
  },
  "vault.malformed": {
    title: "Le coffre n’est pas bien formé.",
    cure: "Créez-le avec la bibliothèque cliente, qui respecte les règles.",
  },
  "vault.exists": { title: "Ce coffre existe déjà.", cure: "Tirez un autre identifiant." },
  "vault.full": { title: "Il n’y a plus de place.", cure: "Supprimez ce qui ne sert plus." },
  "vault.stale_epoch": {
    title: "La valeur est scellée sous une ancienne clé du coffre.",
    cure: "Relisez le coffre et scellez la valeur sous sa clé la plus récente.",
  },
  "vault_item.not_found": {
    title: "Le coffre n’a pas cette valeur.",
    cure: "Rechargez la page pour voir son contenu.",
  },
  "vault_item.version_passed": {
    title: "La valeur a été modifiée entre-temps.",
    cure: "Relisez-la et refaites la modification.",
  },
  "vault_key.none": {
    title: "Vous n’avez pas encore de clé pour les coffres.",
    cure: "Créez-en une dans votre compte.",
  },
  "vault_key.exists": {
    title: "Vous avez déjà une autre clé pour les coffres.",
    cure: "Indiquez celle qu’elle remplace ; les coffres scellés pour elle seule ne s’ouvriront que par récupération.",
  },
  "vault_key.malformed": {
    title: "L’identifiant de la clé ne correspond pas à la clé publique.",
    cure: "Créez la clé avec la bibliothèque cliente.",
  },
  "vault_recovery.none": {
    title: "Le locataire n’a pas de clé de récupération pour ses coffres.",
    cure: "Configurez-la tant que des membres peuvent ouvrir leurs coffres.",
  },
  "vault_recovery.request_not_found": {
    title: "Cette demande de récupération n’est pas ouverte.",
    cure: "Rechargez la page ; une demande prend fin après sept jours.",
  },
  "vault_recovery.no_share": {
    title: "Votre clé ne détient aucune part de la clé de récupération, ou la demande est la vôtre.",
    cure: "Adressez-vous aux détenteurs indiqués.",
  },
};
