CREATE INDEX "agents_project_id_id_idx" ON "agents" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "agents_domain_id_id_idx" ON "agents" USING btree ("domain_id","id");