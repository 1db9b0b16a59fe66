ALTER TABLE "allowlists" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "api_credentials" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "domains" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "groups" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "projects" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "roles" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
CREATE INDEX "allowlists_name_idx" ON "allowlists" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "audit_entries_actor_name_idx" ON "audit_entries" USING btree ("actor_name","id");--> statement-breakpoint
CREATE INDEX "audit_entries_action_idx" ON "audit_entries" USING btree ("action","id");--> statement-breakpoint
CREATE INDEX "audit_entries_target_type_idx" ON "audit_entries" USING btree ("target_type","id");--> statement-breakpoint
CREATE INDEX "agents_domain_id_name_idx" ON "agents" USING btree ("domain_id","name","id");--> statement-breakpoint
CREATE INDEX "api_credentials_name_idx" ON "api_credentials" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "groups_name_idx" ON "groups" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "projects_name_idx" ON "projects" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "roles_name_idx" ON "roles" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "users_name_idx" ON "users" USING btree ("name","id");