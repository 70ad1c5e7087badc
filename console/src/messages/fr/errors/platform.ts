/** Of tenants, their places, the app and the server itself. */
export const platformErrors = {
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
};
