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
  # A server that joins others removes the streams that they do not know, which are all that it had by itself. There it must not find them.
  store_dir: {{ ternary "/data" "/data/cluster" (eq (int .Values.nats.replicas) 1) }}
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

{{- /* What no upgrade can change without losing messages, or at all. Only where helm can ask the cluster. */ -}}
{{- define "lacuna.natsUnchanged" -}}
{{- $name := printf "%s-nats" (include "lacuna.base" .) -}}
{{- with (lookup "apps/v1" "StatefulSet" .Release.Namespace $name).spec -}}
{{- $from := int .replicas -}}
{{- $to := int $.Values.nats.replicas -}}
{{- if not (or (eq $from $to) (and (eq $from 3) (eq $to 5))) -}}
{{- fail (printf "nats.replicas is %d and was %d: the new servers would not have the streams, and every evaluation would be gone. Set nats.replicas=%d, or install a second release with %d in another namespace, with another evaluations.namespace, and let this one finish" $to $from $from $to) -}}
{{- end -}}
{{- $storage := (index .volumeClaimTemplates 0).spec -}}
{{- $made := $storage.resources.requests.storage -}}
{{- if ne $made $.Values.nats.storage.size -}}
{{- fail (printf "nats.storage.size is %s and was %s, and a StatefulSet can't change its claims. Set it back; or set spec.resources.requests.storage of each PersistentVolumeClaim data-%s-N, run kubectl -n %s delete statefulset %s --cascade=orphan, and upgrade" $.Values.nats.storage.size $made $name $.Release.Namespace $name) -}}
{{- end -}}
{{- if and $.Values.nats.storage.className (ne $.Values.nats.storage.className ($storage.storageClassName | default "")) -}}
{{- fail (printf "nats.storage.className is %s and was %q, and a StatefulSet can't change its claims: set it back" $.Values.nats.storage.className ($storage.storageClassName | default "")) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* A server whose configuration names a password that is not there does not start. Only where helm can ask the cluster. */ -}}
{{- define "lacuna.natsUsersComplete" -}}
{{- $name := .Values.nats.usersSecret -}}
{{- with (lookup "v1" "Secret" .Release.Namespace $name).data -}}
{{- $kept := . -}}
{{- range $user, $_ := $.Files.Get "files/nats-permissions.json" | fromJson -}}
{{- if not (hasKey $kept $user) -}}
{{- fail (printf "the Secret %s (nats.usersSecret) has no password for %s: add it, beginning with a letter; values.yaml names all users" $name $user) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "lacuna.natsRoutes" -}}
{{- $base := include "lacuna.base" . -}}
{{- $routes := list -}}
{{- range until (int .Values.nats.replicas) -}}
{{- $routes = append $routes (printf "nats://cluster:$(PASSWORD_CLUSTER)@%s-nats-%d.%s-nats-servers.%s.svc:6222" $base . $base $.Release.Namespace) -}}
{{- end -}}
[{{ join ", " $routes }}]
{{- end -}}
