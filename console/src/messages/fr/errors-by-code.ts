/** By code of the server's error table; a test holds both together. */
export const errorsByCode: Record<string, { title: string; cure: string }> = {
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
  "operator.not_found": {
    title: "Cet opérateur n’existe pas.",
    cure: "Rechargez la page pour voir les opérateurs.",
  },
  "operator.last_administrator": {
    title: "C’est le dernier administrateur de la plateforme.",
    cure: "Nommez d’abord quelqu’un d’autre administrateur.",
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
  "policy.template": {
    title: "La règle est un modèle : `?principal` et `?resource` ne sont pas remplis ici.",
    cure: "Nommez la personne ou l’objet visé, ou testez un rôle, un attribut ou un groupe dans un `when`.",
  },
  "policy.invalid": {
    title: "La règle n’est pas du Cedar valide pour cette plateforme.",
    cure: "Corrigez les endroits signalés.",
  },
  "tenant.not_found": {
    title: "Ce locataire n’existe pas.",
    cure: "Vérifiez l’ID, l’identifiant court ou le domaine.",
  },
  "tenant.suspended": { title: "Ce locataire est suspendu.", cure: "Réactivez-le d’abord." },
  "tenant.not_ready": {
    title: "Ce locataire est encore en préparation.",
    cure: "Attendez la fin de la préparation ; la page du locataire en montre les étapes.",
  },
  "tenant.closed": {
    title: "Ce locataire est en cours de suppression ou effacé.",
    cure: "Pendant le délai de grâce, annulez sa suppression pour le retrouver.",
  },
  "tenant.wrong_state": {
    title: "L’état du locataire ne permet pas cette action.",
    cure: "Rechargez la page pour voir son état actuel.",
  },
  "tenant.slug_taken": {
    title: "Cet identifiant court appartient à un autre locataire.",
    cure: "Choisissez-en un autre.",
  },
  "tenant.domain_taken": {
    title: "Ce domaine appartient à un autre locataire.",
    cure: "Choisissez-en un autre, ou retirez-le d’abord de l’autre locataire.",
  },
  "tenant.domain_unproven": {
    title: "Le locataire n’a pas prouvé que ce domaine est le sien.",
    cure: "Prouvez-le par DNS, ou demandez à l’exploitant de la plateforme de l’ajouter.",
  },
  "tenant.domain_not_found": {
    title: "Le locataire n’a pas ce domaine.",
    cure: "Rechargez la page pour voir ses domaines.",
  },
  "tenant.name_invalid": {
    title: "Le nom doit compter de 1 à 100 caractères lisibles.",
    cure: "Saisissez un autre nom.",
  },
  "tenant.slug_invalid": {
    title:
      "L’identifiant court doit compter de 1 à 63 lettres minuscules, chiffres et traits d’union intérieurs.",
    cure: "Saisissez-en un autre, ou laissez le champ vide.",
  },
  "tenant.slug_reserved": {
    title: "Cet identifiant court est réservé à la plateforme.",
    cure: "Choisissez-en un autre.",
  },
  "tenant.domain_invalid": {
    title: "Le domaine doit être un nom d’hôte, par exemple studio.example.com.",
    cure: "Saisissez un autre domaine.",
  },
  "tenant.input_invalid": {
    title: "Les données du locataire ne sont pas acceptables.",
    cure: "Corrigez les champs indiqués.",
  },
  "tenant.confirm_mismatch": {
    title: "La confirmation ne correspond pas à l’identifiant court.",
    cure: "Saisissez l’identifiant court du locataire à supprimer.",
  },
  "cell.not_found": { title: "Cette cellule n’existe pas.", cure: "Choisissez une autre cellule." },
  "cell.none_open": {
    title: "Aucune cellule ouverte de cette région ne peut accueillir le locataire.",
    cure: "Ouvrez une cellule ou choisissez une autre région.",
  },
  "cell.exists": { title: "Une cellule porte déjà cette clé.", cure: "Choisissez une autre clé." },
  "cell.input_invalid": {
    title: "La description de la région ou de la cellule n’est pas acceptable.",
    cure: "Corrigez les champs indiqués.",
  },
  "cell.unreachable": {
    title: "La grappe de la cellule est injoignable.",
    cure: "Vérifiez l’hôte, le port, l’identifiant, le mot de passe et la base de données de l’URL.",
  },
  "cell.not_admin": {
    title: "L’identifiant de connexion de la cellule n’est pas superutilisateur.",
    cure: "Donnez l’URL d’un administrateur.",
  },
  "cell.database_taken": {
    title: "La base de données contient déjà autre chose.",
    cure: "Créez une base vide pour la cellule et nommez-la dans l’URL.",
  },
  "region.exists": { title: "Cette région existe déjà.", cure: "Choisissez une autre clé." },
  "installation.wrong_key": {
    title: "La clé de chiffrement n’est pas celle de cette base de données.",
    cure: "Utilisez la même clé pour tous les processus.",
  },
  "installation.key_change_unfinished": {
    title: "Un changement de TENANT_ENCRYPTION_KEY a commencé et n’est pas terminé.",
    cure: "Relancez `tenancy encryption change-key` avec la nouvelle clé et l’ancienne ; il reprend où il s’est arrêté.",
  },
  "installation.keys_missing": {
    title:
      "TENANT_ENCRYPTION_KEY et TENANT_FORMER_ENCRYPTION_KEY sont nécessaires toutes deux pour changer la clé.",
    cure: "Tirez la nouvelle avec `openssl rand -base64 32` ; l’ancienne est celle d’aujourd’hui, en mode intégré le contenu de root.key dans le dossier de données.",
  },
  "installation.in_use": {
    title: "{connections} connexions d’autres processus de cette installation sont ouvertes.",
    cure: "Arrêtez tout serveur, worker et commande qui utilise la base, puis relancez.",
  },
  "installation.key_missing": {
    title: "La clé de chiffrement manque.",
    cure: "Générez-en une, conservez-la en lieu sûr et donnez-la à tous les processus.",
  },
  "workflow.not_found": {
    title: "Cette tâche n’existe pas.",
    cure: "Rechargez la page du locataire pour voir la tâche en cours.",
  },
  "workflow.failed": {
    title: "La tâche a échoué.",
    cure: "Corrigez la cause, puis relancez-la ; ce qui était à moitié fait a été retiré.",
  },
  "export.folder_in_use": {
    title: "Le dossier de l’export n’est pas vide.",
    cure: "Indiquez un nouveau dossier ; un export ne se mêle jamais à ce qui s’y trouve.",
  },
  "lifecycle.remains": {
    title: "L’effacement a laissé quelque chose derrière lui.",
    cure: "La tâche réessaie d’elle-même ; son erreur nomme ce qu’elle n’a pas pu retirer.",
  },
  "app.migration_name": {
    title: "Un fichier de migration doit porter un nom comme `0001_tracks.sql`.",
    cure: "Commencez le nom par un numéro, chacun une seule fois.",
  },
  "app.migration_changed": {
    title: "Une migration diffère de celle qui a été enregistrée.",
    cure: "Rétablissez le fichier, et placez le changement dans une nouvelle migration.",
  },
  "app.migration_missing": {
    title: "Le fichier d’une migration enregistrée a disparu.",
    cure: "Rétablissez le fichier ; les migrations enregistrées restent.",
  },
  "app.migration_order": {
    title: "Une migration précède la dernière qui a été enregistrée.",
    cure: "Donnez-lui un numéro plus élevé.",
  },
  "app.no_migrations": {
    title: "Aucune migration n’a été trouvée.",
    cure: "Placez des fichiers SQL numérotés dans le dossier de migrations.",
  },
  "app.run_active": {
    title: "Une exécution de migrations est déjà en cours.",
    cure: "Suivez-la, ou arrêtez-la d’abord.",
  },
  "app.run_not_found": {
    title: "Cette exécution n’existe pas.",
    cure: "La liste des exécutions montre celles qui existent.",
  },
  "app.trial_failed": {
    title: "Les migrations échouent là où elles ont été essayées.",
    cure: "Corrigez les lignes nommées par les erreurs ; rien n’a été modifié nulle part.",
  },
  "app.level_unsupported": {
    title: "L’application ne peut pas fonctionner à ce niveau d’isolation : elle utilise plusieurs schémas.",
    cure: "Choisissez le niveau table ou base de données, ou gardez les tables dans un seul schéma.",
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
  "request.invalid": { title: "La requête n’est pas acceptable.", cure: "Corrigez les champs indiqués." },
  "request.bad_json": {
    title: "Le corps de la requête n’est pas du JSON lisible.",
    cure: "Rechargez la page, puis réessayez.",
  },
  "request.bad_url": { title: "L’adresse est illisible.", cure: "Vérifiez l’adresse." },
  "request.bad_http": {
    title: "La requête HTTP est illisible.",
    cure: "Un mandataire entre vous et le serveur est peut-être en cause.",
  },
  "request.unsupported_type": {
    title: "Le corps de la requête n’est pas du JSON.",
    cure: "Rechargez la page, puis réessayez.",
  },
  "request.too_large": {
    title: "La requête est trop volumineuse.",
    cure: "Envoyez moins de données à la fois.",
  },
  "request.no_route": {
    title: "Rien n’existe à cette adresse de l’API.",
    cure: "La console et le serveur sont peut-être de versions différentes : rechargez la page.",
  },
  "file.link_invalid": {
    title: "Ce lien n’ouvre aucun fichier : il a expiré, ou n’en a jamais ouvert.",
    cure: "Demandez-en un nouveau à l’application qui l’a donné.",
  },
  "request.bad_cursor": {
    title: "Cette page de la liste n’existe pas.",
    cure: "Revenez à la première page.",
  },
  "request.too_many": {
    title: "Trop de requêtes en peu de temps.",
    cure: "Patientez quelques secondes, puis réessayez.",
  },
  "request.too_many_at_once": {
    title: "Trop de requêtes sont en cours en même temps.",
    cure: "Attendez que certaines se terminent, puis réessayez.",
  },
  "request.idempotency_mismatch": {
    title: "La clé de la requête a déjà servi à une autre requête.",
    cure: "Réessayez.",
  },
  "request.idempotency_key_invalid": {
    title: "La clé de la requête n’est pas valable.",
    cure: "Rechargez la page, puis réessayez.",
  },
  "request.in_progress": {
    title: "Cette requête est encore en cours.",
    cure: "Réessayez dans une seconde : la réponse sera là.",
  },
  "request.outcome_unknown": {
    title: "Le serveur s’est arrêté pendant cette requête.",
    cure: "Vérifiez si elle a abouti ; sinon, renvoyez-la.",
  },
  "request.secret_shown_once": {
    title: "La réponse contenait un secret, qui n’est pas conservé.",
    cure: "Si vous l’avez perdu, révoquez ce qui a été créé, puis recommencez.",
  },
  "server.failed": {
    title: "Le serveur a échoué ; la faute est de notre côté.",
    cure: "Réessayez ; si cela persiste, cherchez l’ID de la requête dans le journal du serveur.",
  },
  "server.database_unreachable": {
    title: "La base de données est injoignable.",
    cure: "Réessayez dans un instant ; le serveur se reconnecte de lui-même.",
  },
  "server.port_taken": {
    title: "Le port du serveur est occupé par un autre programme.",
    cure: "Choisissez un autre port, ou arrêtez ce programme.",
  },
  "server.address_refused": {
    title: "Le serveur ne peut pas écouter à cette adresse.",
    cure: "Corrigez l’hôte et le port dans la configuration.",
  },
  "proof.not_found": {
    title: "Cette preuve n’existe pas.",
    cure: "La liste des preuves montre celles qui existent.",
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
