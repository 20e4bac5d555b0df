{{- /* The name of the variable in which the server finds the password of a user. Never in its configuration, and never on its command line. */ -}}
{{- define "lacuna.natsPasswordVariable" -}}
PASSWORD_{{ . | upper | replace "-" "_" }}
{{- end -}}

{{- /* As infra/nats/nats-server.conf, for a server that others reach: users with allow-lists, and servers that vote. */ -}}
{{- define "lacuna.natsConfig" -}}
server_name: $SERVER_NAME
listen: 0.0.0.0:4222
http: 0.0.0.0:8222
max_payload: 1MB

jetstream {
  store_dir: /data
  # By default JetStream acknowledges a publish up to two minutes before it is on disk.
  sync_interval: always
  # Refuse a request with a field this server does not know, instead of ignoring the field.
  strict: true
  # A bound, not a reservation: the volume is smaller.
  max_file_store: 1TB
}

authorization {
  users: [
    {{- range $user, $may := .Files.Get "files/nats-permissions.json" | fromJson }}
    {
      user: {{ $user }}
      password: ${{ include "lacuna.natsPasswordVariable" $user }}
      permissions: {
        publish: {
          allow: [
            {{- range $may.publish }}
            {{ quote . }}
            {{- end }}
          ]
        }
        subscribe: {
          allow: [
            {{- range $may.subscribe }}
            {{ quote . }}
            {{- end }}
          ]
        }
        {{- if $may.allowResponses }}
        allow_responses: true
        {{- end }}
      }
    }
    {{- end }}
  ]
}
{{- if gt (int .Values.nats.replicas) 1 }}

cluster {
  name: {{ include "lacuna.base" . }}
  listen: 0.0.0.0:6222
  authorization { user: cluster, password: $PASSWORD_CLUSTER, timeout: 5 }
  # A variable is a whole value and no part of one, so the container is given them complete.
  routes: $ROUTES
  no_advertise: true
}
{{- end }}
{{- end -}}

{{- define "lacuna.natsRoutes" -}}
{{- $base := include "lacuna.base" . -}}
{{- $routes := list -}}
{{- range until (int .Values.nats.replicas) -}}
{{- $routes = append $routes (printf "nats://cluster:$(PASSWORD_CLUSTER)@%s-nats-%d.%s-nats-servers.%s.svc:6222" $base . $base $.Release.Namespace) -}}
{{- end -}}
[{{ join ", " $routes }}]
{{- end -}}
