CREATE INDEX "trust_transitions_domain_id_occurred_at_idx" ON "trust_transitions" USING btree ("domain_id","occurred_at");--> statement-breakpoint
CREATE INDEX "trust_transitions_project_id_occurred_at_idx" ON "trust_transitions" USING btree ("project_id","occurred_at");--> statement-breakpoint
CREATE INDEX "nodes_ready_lost_name_idx" ON "nodes" USING btree ("name","id") WHERE not "nodes"."is_ready" and "nodes"."ready_changed_at" is not null;--> statement-breakpoint
CREATE INDEX "nodes_never_ready_idx" ON "nodes" USING btree ("id") WHERE not "nodes"."is_ready" and "nodes"."ready_changed_at" is null;--> statement-breakpoint
CREATE INDEX "nodes_never_ready_name_idx" ON "nodes" USING btree ("name","id") WHERE not "nodes"."is_ready" and "nodes"."ready_changed_at" is null;