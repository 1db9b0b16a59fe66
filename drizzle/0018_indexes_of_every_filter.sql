DROP INDEX "role_assignments_group_id_idx";--> statement-breakpoint
DROP INDEX "role_assignments_role_id_idx";--> statement-breakpoint
DROP INDEX "role_assignments_domain_id_project_id_idx";--> statement-breakpoint
DROP INDEX "group_members_user_id_idx";--> statement-breakpoint
DROP INDEX "projects_parent_id_idx";--> statement-breakpoint
DROP INDEX "tokens_user_id_idx";--> statement-breakpoint
CREATE INDEX "allowlists_domain_id_id_idx" ON "allowlists" USING btree ("domain_id","id");--> statement-breakpoint
CREATE INDEX "allowlists_domain_id_name_idx" ON "allowlists" USING btree ("domain_id","name","id");--> statement-breakpoint
CREATE INDEX "allowlists_domain_id_project_id_id_idx" ON "allowlists" USING btree ("domain_id","project_id","id");--> statement-breakpoint
CREATE INDEX "allowlists_project_id_id_idx" ON "allowlists" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "allowlists_project_id_name_idx" ON "allowlists" USING btree ("project_id","name","id");--> statement-breakpoint
CREATE INDEX "audit_entries_outcome_idx" ON "audit_entries" USING btree ("outcome","id");--> statement-breakpoint
CREATE INDEX "audit_entries_domain_id_action_idx" ON "audit_entries" USING btree ("domain_id","action","id");--> statement-breakpoint
CREATE INDEX "audit_entries_domain_id_actor_id_idx" ON "audit_entries" USING btree ("domain_id","actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_domain_id_actor_name_idx" ON "audit_entries" USING btree ("domain_id","actor_name","id");--> statement-breakpoint
CREATE INDEX "audit_entries_domain_id_outcome_idx" ON "audit_entries" USING btree ("domain_id","outcome","id");--> statement-breakpoint
CREATE INDEX "audit_entries_domain_id_project_id_idx" ON "audit_entries" USING btree ("domain_id","project_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_domain_id_target_type_idx" ON "audit_entries" USING btree ("domain_id","target_type","id");--> statement-breakpoint
CREATE INDEX "audit_entries_project_id_action_idx" ON "audit_entries" USING btree ("project_id","action","id");--> statement-breakpoint
CREATE INDEX "audit_entries_project_id_actor_id_idx" ON "audit_entries" USING btree ("project_id","actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_project_id_actor_name_idx" ON "audit_entries" USING btree ("project_id","actor_name","id");--> statement-breakpoint
CREATE INDEX "audit_entries_project_id_outcome_idx" ON "audit_entries" USING btree ("project_id","outcome","id");--> statement-breakpoint
CREATE INDEX "audit_entries_project_id_target_type_idx" ON "audit_entries" USING btree ("project_id","target_type","id");--> statement-breakpoint
CREATE INDEX "agents_project_id_name_idx" ON "agents" USING btree ("project_id","name","id");--> statement-breakpoint
CREATE INDEX "agents_domain_id_external_id_idx" ON "agents" USING btree ("domain_id","external_id","id");--> statement-breakpoint
CREATE INDEX "agents_domain_id_trust_state_id_idx" ON "agents" USING btree ("domain_id","trust_state","id");--> statement-breakpoint
CREATE INDEX "agents_domain_id_trust_state_name_idx" ON "agents" USING btree ("domain_id","trust_state","name","id");--> statement-breakpoint
CREATE INDEX "agents_project_id_trust_state_id_idx" ON "agents" USING btree ("project_id","trust_state","id");--> statement-breakpoint
CREATE INDEX "agents_project_id_trust_state_name_idx" ON "agents" USING btree ("project_id","trust_state","name","id");--> statement-breakpoint
CREATE INDEX "role_assignments_user_id_id_idx" ON "role_assignments" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "role_assignments_group_id_id_idx" ON "role_assignments" USING btree ("group_id","id");--> statement-breakpoint
CREATE INDEX "role_assignments_role_id_id_idx" ON "role_assignments" USING btree ("role_id","id");--> statement-breakpoint
CREATE INDEX "role_assignments_domain_id_id_idx" ON "role_assignments" USING btree ("domain_id","id");--> statement-breakpoint
CREATE INDEX "role_assignments_domain_id_role_id_idx" ON "role_assignments" USING btree ("domain_id","role_id","id");--> statement-breakpoint
CREATE INDEX "role_assignments_domain_id_project_id_id_idx" ON "role_assignments" USING btree ("domain_id","project_id","id");--> statement-breakpoint
CREATE INDEX "api_credentials_user_domain_id_id_idx" ON "api_credentials" USING btree ("user_domain_id","id");--> statement-breakpoint
CREATE INDEX "api_credentials_user_domain_id_name_idx" ON "api_credentials" USING btree ("user_domain_id","name","id");--> statement-breakpoint
CREATE INDEX "group_members_user_id_group_id_idx" ON "group_members" USING btree ("user_id","group_id");--> statement-breakpoint
CREATE INDEX "groups_domain_id_id_idx" ON "groups" USING btree ("domain_id","id");--> statement-breakpoint
CREATE INDEX "projects_domain_id_id_idx" ON "projects" USING btree ("domain_id","id");--> statement-breakpoint
CREATE INDEX "projects_domain_id_name_idx" ON "projects" USING btree ("domain_id","name","id");--> statement-breakpoint
CREATE INDEX "projects_domain_id_parent_id_id_idx" ON "projects" USING btree ("domain_id","parent_id","id");--> statement-breakpoint
CREATE INDEX "projects_domain_id_parent_id_name_idx" ON "projects" USING btree ("domain_id","parent_id","name","id");--> statement-breakpoint
CREATE INDEX "roles_domain_id_id_idx" ON "roles" USING btree ("domain_id","id");--> statement-breakpoint
CREATE INDEX "tokens_user_id_id_idx" ON "tokens" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "users_domain_id_id_idx" ON "users" USING btree ("domain_id","id");--> statement-breakpoint
CREATE INDEX "users_domain_id_name_idx" ON "users" USING btree ("domain_id","name","id");