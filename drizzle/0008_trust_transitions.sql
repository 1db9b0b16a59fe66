CREATE TABLE "trust_transitions" (
	"id" text PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"domain_id" text NOT NULL,
	"project_id" text NOT NULL,
	"from_state" text NOT NULL,
	"to_state" text NOT NULL,
	"cause" text NOT NULL,
	"actor_kind" text,
	"actor_id" text,
	"result_id" text,
	"occurred_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "trust_transitions" ADD CONSTRAINT "trust_transitions_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "trust_transitions_agent_id_id_idx" ON "trust_transitions" USING btree ("agent_id","id");--> statement-breakpoint
CREATE INDEX "trust_transitions_occurred_at_idx" ON "trust_transitions" USING btree ("occurred_at");